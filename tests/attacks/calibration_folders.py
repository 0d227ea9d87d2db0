"""Hostile folders to calibrate eight bits with: each gives samples or is refused in words, soon, starting nothing.

The suite reads every folder; by hand each goes through the whole export.
"""

from __future__ import annotations

import argparse
import io
import os
import struct
import sys
import tempfile
import traceback
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from designer.errors import ExportError
from designer.export.options import Int8Options
from designer.files.design_json import save
from designer.graph.design import Design
from designer.runtime.formats.calibration import calibration_data
from designer.templates.networks import template
from tests.attacks.running import command

SHAPE = (1, 3, 16, 16)
Maker = Callable[[Path], object]


def design() -> Design:
    """A block that reads 3×16×16."""
    return template("bottleneck").build(channels=3, out_channels=3, resolution=16)


def picture(form: str, size: tuple[int, int] = (20, 24), mode: str = "RGB", **how: Any) -> bytes:
    """An encoded picture."""
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, form, **how)
    return stream.getvalue()


def array(held: Any, **how: Any) -> bytes:
    """What ``numpy.save`` makes of a value."""
    stream = io.BytesIO()
    numpy.save(stream, held, **how)
    return stream.getvalue()


def npy(header: str, body: bytes = b"", size: int | None = None) -> bytes:
    """An array's file with this header, and a size of it that may not be its own."""
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) if size is None else size) + text + body


def _one(name: str, content: bytes) -> Maker:
    return lambda folder: (folder / name).write_bytes(content)


def _png(width: int, height: int) -> bytes:
    """A picture that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def _pictures() -> Iterator[tuple[str, Maker]]:
    for form, ending in (("PNG", "png"), ("JPEG", "jpg"), ("BMP", "bmp"), ("WEBP", "webp")):
        whole = picture(form)
        yield f"{form}", _one(f"a.{ending}", whole)
        for share in (5, 50, 95):
            yield f"{form}_torn_{share}", _one(f"a.{ending}", whole[: len(whole) * share // 100])
        yield f"{form}_named_otherwise", _one("a.png" if ending != "png" else "a.jpg", whole)
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield f"mode_{mode.replace(';', '_')}", _one("a.png", picture("PNG", mode=mode))
    yield "cmyk", _one("a.jpg", picture("JPEG", mode="CMYK"))
    for index, size in enumerate([(1, 1), (1, 3000), (3000, 1), (17, 16)]):
        yield f"size_{index}", _one("a.png", picture("PNG", size))
    yield "bomb", _one("a.png", _png(60_000, 60_000))
    yield "huge", _one("a.png", _png(2**31 - 1, 2**31 - 1))
    yield "no_size", _one("a.png", _png(0, 0))
    yield "short_of_pixels", _one("a.png", _png(500, 500))
    yield "empty_picture", _one("a.png", b"")
    yield "text", _one("a.jpg", b"no picture")
    yield "postscript", _one("a.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n")
    yield "postscript_as_eps", _one("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    yield "tiff_named_png", _one("a.png", picture("TIFF"))
    yield "gif_named_png", _one("a.png", picture("GIF", mode="P"))
    yield "wrong_exif", _one("a.jpg", picture("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))


def _arrays() -> Iterator[tuple[str, Maker]]:
    yield "array", _one("a.npy", array(numpy.zeros((5, 3, 16, 16), numpy.float32)))
    for kind in ("float16", "float64", "int8", "uint8", "int64", "bool", "complex64", "S4", "datetime64[s]"):
        name = kind.partition("[")[0]
        yield f"array_{name}", _one("a.npy", array(numpy.zeros((2, 3, 16, 16), kind)))
    for index, shape in enumerate([(), (0,), (0, 3, 16, 16), (3, 16, 16), (16, 16, 3), (2, 2, 3, 16, 16), (3,)]):
        yield f"array_shape_{index}", _one("a.npy", array(numpy.zeros(shape, numpy.float32)))
    yield "array_nan", _one("a.npy", array(numpy.full((2, 3, 16, 16), numpy.nan, numpy.float32)))
    yield "array_inf", _one("a.npy", array(numpy.full((2, 3, 16, 16), numpy.inf, numpy.float32)))
    yield "array_of_objects", _one("a.npy", array(numpy.array([{"a": 1}], dtype=object), allow_pickle=True))
    yield "archive", lambda folder: numpy.savez(folder / "a.npz", a=numpy.zeros(3))
    stream = io.BytesIO()
    numpy.savez(stream, a=numpy.zeros((1, 3, 16, 16)))
    yield "archive_named_npy", _one("a.npy", stream.getvalue())
    head = "{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}"
    shapes = ("(1000000, 3, 16, 16)", "(True, 3, 16, 16)", "(-1, 3, 16, 16)", f"({10**30}, 3, 16, 16)")
    for index, shape_text in enumerate((*shapes, "('a',)", "3", "(" * 500)):
        yield f"header_{index}", _one("a.npy", npy(head.format(shape_text), b"\0" * 64))
    yield "header_torn", _one("a.npy", npy("{'descr': '<f4', ", size=9000))
    yield "header_runs", _one("a.npy", npy("__import__('os').system('true')"))
    yield "header_deep", _one("a.npy", npy("[" * 60_000))
    yield "empty_array", _one("a.npy", b"")
    yield "fortran", _one("a.npy", array(numpy.asfortranarray(numpy.zeros((2, 3, 16, 16), numpy.float32))))


def _folders() -> Iterator[tuple[str, Maker]]:
    yield "nothing", lambda folder: None
    yield "only_text", _one("readme.txt", b"pictures follow")
    yield "hidden", _one("._a.jpg", b"resource fork")
    yield "named_as_folder", lambda folder: (folder / "a.png").mkdir()
    yield "loop", lambda folder: os.symlink(folder, folder / "again")
    yield "link_to_nothing", lambda folder: os.symlink(folder / "gone.png", folder / "a.png")
    yield "link_to_itself", lambda folder: os.symlink(folder / "a.png", folder / "a.png")
    yield "device", lambda folder: os.symlink("/dev/zero", folder / "a.png")
    yield "pipe", lambda folder: os.mkfifo(folder / "a.png")
    yield "deep", lambda folder: _deep(folder)
    yield (
        "odd_names",
        lambda folder: [(folder / name).write_bytes(picture("PNG")) for name in ("\x1b[31m.png", "ü.png", "a b.png")],
    )
    yield "bytes_for_a_name", lambda folder: Path(os.fsdecode(bytes(folder) + b"/\xff.png")).write_bytes(b"no")
    yield (
        "one_bad_of_many",
        lambda folder: [(folder / f"{index}.png").write_bytes(picture("PNG") if index else b"") for index in range(9)],
    )
    yield "classes", lambda folder: [_in(folder / word) for word in ("cats", "dogs")]
    yield "two_of_one_picture", lambda folder: _many(folder, "a.png", "b.png")


def _deep(folder: Path) -> None:
    for _ in range(60):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(picture("PNG"))


def _in(folder: Path) -> int:
    folder.mkdir()
    return (folder / "a.png").write_bytes(picture("PNG"))


def _many(folder: Path, *names: str) -> int:
    return sum((folder / name).write_bytes(picture("PNG")) for name in names)


def _one_bad(folder: Path) -> int:
    (folder / "5.png").write_bytes(b"")
    return _many(folder, *(f"{index}.png" for index in range(9) if index != 5))


def makers() -> dict[str, Maker]:
    """Every folder by its name."""
    return dict(entry for group in (_pictures, _arrays, _folders) for entry in group())


def run(whole: bool = False) -> list[tuple[str, str]]:
    """Read every folder, or export with it; gives what ended badly."""
    found = []
    with tempfile.TemporaryDirectory() as base:
        file = Path(base) / "net.design.json"
        save(design(), file)
        for name, maker in makers().items():
            folder = Path(base) / name
            folder.mkdir()
            maker(folder)
            if whole:
                out = str(Path(base) / "out.int8.onnx")
                fault = command("export", str(file), "-o", out, "--calibration", str(folder), "--samples", "4").fault
            else:
                fault = _read(folder)
            if fault:
                found.append((name, fault))
    return found


def _read(folder: Path) -> str:
    try:
        calibration_data([SHAPE], Int8Options(calibration=str(folder), samples=8), 0)
    except ExportError:
        return ""
    except Exception:  # noqa: BLE001  # whatever it is, it is what was looked for
        return traceback.format_exc()
    return ""


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    found = run(whole=True)
    for name, fault in found:
        print(name, "→", fault)
    print(f"{len(makers())} folders: {len(found)} ended badly")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
