"""What designs are trained on: shapes, scikit-learn's digits, or a folder of pictures by class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from torch import Tensor
from torch.nn import functional

from designer.errors import JobFailed
from designer.files.atomic import reason_of
from designer.learning.plan import DIGITS, SHAPES, LearningPlan
from designer.measurement.pictures import Normalisation
from designer.runtime.formats.calibration import samples_of
from designer.runtime.learning.shapes import CLASSES, shapes

_MOST_BYTES = 96 * 2**20
_MOST_PICTURES, _LEAST_PICTURES = 768, 64
_HELD_OUT = 4
"""One picture in so many is held out."""
_SEED = 20_210


@dataclass(frozen=True)
class Pictures:
    """Pictures N×C×H×W with their classes, and those that are held out.

    Attributes:
        training: What is learnt from.
        labels: The class of each, N.
        held_out: What is never learnt from.
        held_out_labels: The class of each.
        classes: The names of the classes.
        description: Where they are from, in words.
    """

    training: Tensor
    labels: Tensor
    held_out: Tensor
    held_out_labels: Tensor
    classes: tuple[str, ...]
    description: str

    def batches(self, size: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Batches without end, each pass in an order of its own; the same for the same seed, whoever asks."""
        source = torch.Generator().manual_seed(seed)
        size = min(size, len(self.labels))
        while True:
            order = torch.randperm(len(self.labels), generator=source)
            for chosen in torch.split(order, size):
                if len(chosen) == size:
                    yield self.training[chosen], self.labels[chosen]

    def one_batch(self, size: int) -> tuple[Tensor, Tensor]:
        """The first pictures of each class in turn."""
        ranked = sorted(range(len(self.labels)), key=lambda index: self._place_in_class(index))
        chosen = torch.tensor(ranked[:size])
        return self.training[chosen], self.labels[chosen]

    def _place_in_class(self, index: int) -> int:
        return int((self.labels[:index] == self.labels[index]).sum())


def number_for(shapes: Iterable[tuple[int, ...]]) -> int:
    """How many pictures are taken: as many as the memory set aside holds of the largest of these shapes, N×C×H×W."""
    largest = max(math.prod(shape[1:]) for shape in shapes)
    return max(_LEAST_PICTURES, min(_MOST_PICTURES, _MOST_BYTES // (4 * largest)))


def pictures(plan: LearningPlan, shape: tuple[int, ...], number: int | None = None) -> Pictures:
    """The pictures that a plan asks for.

    Args:
        plan: Which, and how hard.
        shape: Of the design's input, N×C×H×W.
        number: How many at most; those of ``number_for`` where None.

    Raises:
        JobFailed: There are none, they have one class alone, or what reads them is not installed.
        ExportError: A file of the folder is broken; the text names it.
    """
    _, channels, height, width = shape
    number = number or number_for([shape])
    if plan.data == SHAPES:
        made, labels = shapes(number, channels, height, width, plan.difficulty, _SEED)
        said = f"shapes {height}×{width}, difficulty {plan.difficulty:g}"
        return _parted(torch.from_numpy(made), torch.from_numpy(labels), CLASSES, said)
    if plan.data == DIGITS:
        return _digits(channels, height, width, number)
    return _folder(Path(plan.data), shape, number)


def _digits(channels: int, height: int, width: int, number: int) -> Pictures:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise JobFailed(
            "scikit-learn is not installed, whose digits these are: pip install 'bottleneck-designer[learn]'; "
            "shapes need nothing"
        ) from error
    held = load_digits()
    grey = torch.from_numpy(held.images.astype(numpy.float32))[:number, None] / 8 - 1  # from 0…16
    sized = functional.interpolate(grey, (height, width), mode="bilinear", align_corners=False)
    labels = torch.from_numpy(held.target.astype(numpy.int64))[:number]
    names = tuple(map(str, held.target_names))
    said = f"scikit-learn's digits, 8×8 resized to {height}×{width}"
    return _parted(sized.expand(-1, channels, -1, -1).contiguous(), labels, names, said)


def _folder(folder: Path, shape: tuple[int, ...], number: int) -> Pictures:
    try:
        found = sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    except OSError as error:
        raise JobFailed(
            f"{folder}: the folder cannot be read: {reason_of(error)}; "
            f"the data are {SHAPES}, {DIGITS}, or a folder with a folder of pictures for each class"
        ) from error
    if len(found) < 2:
        held = f"one class alone, {found[0].name}" if found else "no class"
        raise JobFailed(f"{folder}: it holds {held}, and there is nothing to tell apart; give it a folder a class")
    each = max(2, number // len(found))
    arrays, labels = [], []
    for label, inner in enumerate(found):
        _, samples = samples_of(inner, [(1, *shape[1:])], each, Normalisation.MINUS_ONE_TO_ONE)
        if len(samples) < 2:
            raise JobFailed(f"{inner}: it holds one picture; a class takes two or more, so that one can be held out")
        arrays += samples
        labels += [label] * len(samples)
    order = numpy.random.default_rng(_SEED).permutation(len(labels))
    said = f"{len(labels)} pictures of {folder.name}, {len(found)} classes"
    return _parted(
        torch.from_numpy(numpy.concatenate(arrays)[order]),
        torch.tensor(labels)[torch.from_numpy(order)],
        tuple(inner.name for inner in found),
        said,
    )


def _parted(made: Tensor, labels: Tensor, classes: tuple[str, ...], said: str) -> Pictures:
    """Every so manieth picture of each class held out, and at least one."""
    held = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(len(classes)):
        places = (labels == label).nonzero().flatten()
        held[places[::_HELD_OUT] if len(places) >= _HELD_OUT else places[:1]] = True
    return Pictures(made[~held], labels[~held], made[held], labels[held], classes, said)
