"""What can be brought in, by the endings of files, and what a person may choose of it. Reads no file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

from designer.record import Record


class ModelFormat(NamedTuple):
    """A format of networks that is read.

    Attributes:
        key: Its word in orders and reports.
        title: Its name for people.
        endings: What names of its files end in.
    """

    key: str
    title: str
    endings: tuple[str, ...]


FORMATS = (
    ModelFormat("onnx", "ONNX", (".onnx",)),
    ModelFormat("litert", "LiteRT", (".tflite",)),
)

ENDINGS = tuple(ending for each in FORMATS for ending in each.endings)
"""Every ending of a network's file."""


def is_model(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name is one of a network that is brought in, not of a design that is opened.

    >>> is_model("net.ONNX"), is_model("net.design.json")
    (True, False)
    """
    return os.fspath(path).lower().endswith(ENDINGS)


@dataclass(frozen=True)
class ImportOptions(Record):
    """What is chosen before a network is brought in.

    Attributes:
        input_shapes: The shape of each input, where the file leaves sides open or another size is wanted.
        settings: Arguments for a PyTorch function that makes the module, by name, as text: ``model_name=resnet18``.
        has_external_data: Whether weights may be read from files beside the file.
        runs_code: Whether Python code named by a person may be run to make the module.
        is_flat: Whether nodes are left ungrouped.
        seed: Of the random inputs that prove it.
    """

    input_shapes: tuple[tuple[int, ...], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    has_external_data: bool = False
    runs_code: bool = False
    is_flat: bool = False
    seed: int = 0
