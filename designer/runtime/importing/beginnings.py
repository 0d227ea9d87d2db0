"""What a file is by its first bytes, where it is no network's file: for refusals that name it."""

from __future__ import annotations

from designer.errors import ImportRefused

_STARTS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"PK\x03\x04": "a zip archive, as PyTorch's files of weights and programs are",
    b"\x80\x02": "a pickle, as old files of weights are",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"version https://git-lfs": "a pointer of Git LFS; fetch the file itself with git lfs pull",
    b"{": "JSON text",
}


def refuse_other_kinds(name: str, content: bytes, wanted: str) -> None:
    """Refuse a file that is empty or begins as one of another kind does.

    Args:
        name: The file, for the refusal.
        content: What is in it.
        wanted: What it should be: ``ONNX``.

    Raises:
        ImportRefused: It is something else; the text says what.
    """
    known = next((words for start, words in _STARTS.items() if content.startswith(start)), "")
    if known or not content:
        raise ImportRefused(f"{name}: it is {known or 'empty'}, and no {wanted} file")
