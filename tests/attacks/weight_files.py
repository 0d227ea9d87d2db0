"""Hostile files of weights, given to ``weights`` and ``export``: each is taken or refused in words, soon and small.

A maker writes one file; the list is the same in every run.
"""

from __future__ import annotations

import argparse
import io
import json
import pickle
import resource
import struct
import sys
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as safetensors_bytes

from designer.files.design_json import save
from designer.graph.design import Design
from designer.runtime.compile.module import compile_module
from designer.templates.networks import template
from tests.attacks.running import Ended, command

MOST_BYTES = 2 << 30
"""More than the process may grow by, whatever a file claims."""

Maker = Callable[[dict[str, torch.Tensor]], bytes]


class _Runs:
    """What a pickle could do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("owned",))


class _Module(torch.nn.Module):
    pass


def saved(held: Any, **how: Any) -> bytes:
    """What ``torch.save`` makes of a value."""
    stream = io.BytesIO()
    torch.save(held, stream, **how)
    return stream.getvalue()


def header(data: Any, body: bytes = b"", size: int | None = None) -> bytes:
    """A safetensors file with this header, and a size that may not be its own."""
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + body


def nested(depth: int, leaf: Any) -> Any:
    """A value so deep in dictionaries."""
    for _ in range(depth):
        leaf = {"model": leaf}
    return leaf


def changed(tensor: torch.Tensor, key: str = "expand.weight") -> Maker:
    """A state dict with one tensor changed."""
    return lambda state: saved({**state, key: tensor})


def only(held: Any) -> Maker:
    """A file that holds just this."""
    return lambda state: saved(held)


def besides(held: dict[Any, Any]) -> Maker:
    """A state dict and more."""
    return lambda state: saved({**state, **held})


def renamed(prefix: str) -> Maker:
    """A state dict with something before every name."""
    return lambda state: saved({prefix + name: tensor for name, tensor in state.items()})


def wrapped(depth: int) -> Maker:
    """A state dict so deep in dictionaries."""
    return lambda state: saved(nested(depth, state))


def torn(content: Callable[[dict[str, torch.Tensor]], bytes], percent: int) -> Maker:
    """A file that ends early."""
    return lambda state: (lambda whole: whole[: len(whole) * percent // 100])(content(state))


def exactly(content: bytes) -> Maker:
    """These bytes."""
    return lambda state: content


def _in_safetensors(tensor: torch.Tensor) -> Maker:
    return lambda state: safetensors_bytes({**state, "expand.weight": tensor})


def _dtypes() -> Iterator[tuple[str, Maker]]:
    types = (torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2, torch.bool)
    for dtype in (*types, torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64):
        name = str(dtype).removeprefix("torch.")
        tensor = torch.ones(48, 8, 1, 1).to(dtype)
        yield f"{name}.pt", changed(tensor)
        yield f"{name}.safetensors", _in_safetensors(tensor)
    yield "complex64.pt", changed(torch.ones(48, 8, 1, 1).to(torch.complex64))


def _shapes() -> Iterator[tuple[str, Maker]]:
    for index, shape in enumerate([(), (0,), (1,), (48, 8), (48, 8, 1, 1, 1), (8, 48, 1, 1), (2**20, 0, 2**20)]):
        yield f"shape_{index}.pt", changed(torch.zeros(shape))
    yield "expanded.pt", changed(torch.ones(1).expand(2**20, 2**20))
    yield "expanded_alike.pt", changed(torch.ones(1, 1, 1, 1).expand(48, 8, 1, 1))
    yield "strided.pt", changed(torch.ones(8, 48, 1, 1).transpose(0, 1))
    yield "meta.pt", changed(torch.empty(48, 8, 1, 1, device="meta"))
    yield "sparse.pt", changed(torch.ones(48, 8).to_sparse())


def _numbers() -> Iterator[tuple[str, Maker]]:
    for word in ("nan", "inf", "-inf", "3.4e38"):
        yield f"number_{word}.pt", changed(torch.full((48, 8, 1, 1), float(word)))
    yield "negative_variance.pt", changed(-torch.ones(48), "expand_bn.running_var")
    yield "zero_variance.pt", changed(torch.zeros(48), "expand_bn.running_var")
    yield "counter.pt", changed(torch.tensor(-(2**63)), "expand_bn.num_batches_tracked")


_NAMES = ("", ".", "..", "a" * 10**6, "\x1b[31m.weight", "\ud83d.weight", "a\x00b", "../../x.weight", "__class__.a")


def _names() -> Iterator[tuple[str, Maker]]:
    for index, name in enumerate(_NAMES):
        yield f"name_{index}.pt", besides({name: torch.ones(2)})
        yield f"only_name_{index}.pt", only({name: torch.ones(2)})
    yield "numbers_as_names.pt", lambda state: saved(dict(enumerate(state.values())))
    yield "alike.pt", only({1: torch.ones(1), "1": torch.ones(1)})
    yield "tuples_as_names.pt", only({("a", 1): torch.ones(1)})
    yield "many_names.pt", only({f"n{index}.weight": torch.ones(1) for index in range(20_000)})
    for prefix in ("module.", "_orig_mod.", "model.module.", "x.y.z."):
        yield f"prefix_{prefix}.pt", renamed(prefix)
    yield "both.pt", lambda state: saved({**state, **{f"module.{name}": each for name, each in state.items()}})


def _containers() -> Iterator[tuple[str, Maker]]:
    for depth in (1, 3, 9, 200):
        yield f"nested_{depth}.pt", wrapped(depth)
    values: tuple[Any, ...] = (None, 1, "state", [], (), {}, {"state_dict": None}, {"state_dict": {}}, {"model": [1]})
    for index, held in enumerate((*values, [{"a": 1}], set())):
        yield f"held_{index}.pt", only(held)
    yield "list.pt", lambda state: saved(list(state.values()))
    yield "ordered.pt", lambda state: saved(OrderedDict(state))
    yield "mixed.pt", besides({"epoch": 3, "args": {"lr": 0.1}, "names": ["a"]})
    yield "optimiser.pt", only({"optimizer": {"state": {0: torch.ones(3)}}})
    yield "runs.pt", only({"a": _Runs()})
    yield "runs_old.pt", exactly(pickle.dumps({"a": _Runs()}, protocol=2))
    yield "module.pt", only(_Module())
    yield "old_form.pt", lambda state: saved(state, _use_new_zipfile_serialization=False)


def _bytes() -> Iterator[tuple[str, Maker]]:
    for ending in (".pt", ".safetensors"):
        yield f"empty{ending}", exactly(b"")
        yield f"noise{ending}", exactly(bytes(range(256)) * 40)
    yield "text.pt", exactly(b"these are no weights")
    for percent in (1, 3, 50, 97):
        yield f"torn_{percent}.pt", torn(saved, percent)
        yield f"torn_{percent}.safetensors", torn(safetensors_bytes, percent)
    yield "zip.pt", exactly(_zip({"a.txt": b"hello"}))
    yield "zip_data.pt", exactly(_zip({"archive/data.pkl": pickle.dumps({"a": 1}), "archive/version": b"3"}))
    yield "zip_bomb.pt", exactly(_zip({"archive/data.pkl": b"\x80\x02}q\x00." + b"\x00" * (64 << 20)}))
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    for name, entry in {
        "claims": {**tensor, "shape": [10**12]},
        "offsets": {**tensor, "data_offsets": [0, 10**13]},
        "negative": {**tensor, "data_offsets": [8, 0]},
        "type": {**tensor, "dtype": "F4"},
    }.items():
        yield f"{name}.safetensors", exactly(header({"a": entry}, b"\0" * 8))
    yield "overlap.safetensors", exactly(header({"a": tensor, "b": tensor}, b"\0" * 8))
    yield "header_size.safetensors", exactly(header({"a": tensor}, b"\0" * 8, size=2**62))
    deep = "[" * 100_000 + "]" * 100_000
    yield "deep_header.safetensors", exactly(header(f'{{"a":{deep}}}'.encode()))
    yield "deep_mark.safetensors", lambda state: safetensors_bytes(state, {"design": deep})
    yield "mark.safetensors", lambda state: safetensors_bytes(state, {"design": '{"digest": {"a": 1}}'})
    yield "wrong_ending.onnx", saved
    yield "checkpoint.pth.tar", lambda state: saved({"state_dict": state})


def _zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def makers() -> dict[str, Maker]:
    """Every file by its name."""
    return dict(entry for group in (_dtypes, _shapes, _numbers, _names, _containers, _bytes) for entry in group())


def design() -> Design:
    """A block with convolutions and norms."""
    return template("bottleneck").build(channels=8, out_channels=8, resolution=8)


def run(names: list[str] | None = None, folder: Path | None = None) -> list[tuple[str, Ended]]:
    """Give these files, or all, to the commands that take weights; gives what ended badly."""
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            return run(names, Path(made))
    state = compile_module(design(), seed=1).state_dict()
    save(design(), folder / "net.design.json")
    found = []
    for name, maker in makers().items():
        if names is not None and name not in names:
            continue
        file = folder / name
        file.write_bytes(maker(dict(state)))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        words = ("weights", str(folder / "net.design.json"), "--from", str(file), "-o", str(folder / "out.safetensors"))
        for ended in (command(*words), command(*words, "--json")):
            if ended.fault:
                found.append((name, ended))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        if grown > MOST_BYTES:
            found.append((name, Ended(words, None, "", "", f"it took {grown} bytes of memory")))
        if len(ended.err) > 20_000:
            found.append((name, Ended(words, None, "", "", f"{len(ended.err)} letters of error")))
    return found


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these files")
    options = parser.parse_args()
    found = run(options.names or None)
    for name, ended in found:
        print(name, "→", ended.fault)
    print(f"{len(options.names or makers())} files of weights, 2 commands each: {len(found)} ended badly")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
