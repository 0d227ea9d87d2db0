"""What can be brought in, by the endings of files, and what a person may choose of it. Reads no file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

from designer.errors import ImportRefused
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

CODE_ENDINGS = (".pt2", ".pt", ".pth", ".ckpt")
"""What names of PyTorch's own files end in: programs and modules, which its loader may run code for."""

ENDINGS = tuple(ending for each in FORMATS for ending in each.endings)
"""Every ending of a network's file."""


def is_model(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name is one of a network that is brought in, not of a design that is opened.

    >>> is_model("net.ONNX"), is_model("net.design.json")
    (True, False)
    """
    return os.fspath(path).lower().endswith(ENDINGS)


def names_code(source: str) -> bool:
    """Whether a name is that of Python code which makes a network, and no file's.

    >>> names_code("torchvision.models:mobilenet_v2"), names_code("net.py:Net"), names_code("C:/net.onnx")
    (True, True, False)
    """
    place, sign, name = source.rpartition(":")
    return bool(place) and bool(sign) and name.replace(".", "_").isidentifier() and not is_model(source)


def shape_of(text: str) -> tuple[int, ...]:
    """The shape of an input from what a person typed.

    Raises:
        ImportRefused: It is none.

    >>> shape_of("1x3x224x224")
    (1, 3, 224, 224)
    """
    try:
        sides = tuple(int(side) for side in text.lower().replace("×", "x").split("x"))
    except ValueError:
        sides = ()
    if len(sides) < 2 or min(sides) < 1:
        raise ImportRefused(f"'{text}' is no shape; write it as 1x3x224x224")
    return sides


def setting_of(text: str) -> tuple[str, str]:
    """An argument of the function that makes a network, from what a person typed.

    Raises:
        ImportRefused: It is none.

    >>> setting_of("model_name=resnet18")
    ('model_name', 'resnet18')
    """
    name, sign, value = text.partition("=")
    if not name.strip() or not sign:
        raise ImportRefused(f"'{text}' is no setting; write it as model_name=resnet18")
    return name.strip(), value


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
