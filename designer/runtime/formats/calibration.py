"""Inputs to calibrate eight bits with: pictures and .npy arrays of a folder, or random ones that are called so."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any, TypeVar

import numpy
import torch
from numpy.typing import NDArray

from designer.errors import ExportError
from designer.export.options import Calibrated
from designer.files.atomic import reason_of
from designer.measurement.pictures import Normalisation
from designer.runtime.compile.module import random_inputs

if TYPE_CHECKING:
    from PIL import Image

Array = NDArray[Any]
T = TypeVar("T")

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
_ARRAYS = (".npy",)
# What broken pictures and headers of arrays raise, as their readers' makers chose.
_BROKEN = (OSError, ValueError, EOFError, SyntaxError, OverflowError, RecursionError, MemoryError, TokenError)
_RANDOM_SAMPLES = 16
_HELD_BACK = 4
"""One in so many samples is kept from calibration, to measure on what was not seen."""

# Mean and standard deviation of ImageNet's pixels by channel, as torchvision's models are trained with.
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


_PIXEL_WORDS = {
    Normalisation.ZERO_TO_ONE: "0 to 1",
    Normalisation.MINUS_ONE_TO_ONE: "−1 to 1",
    Normalisation.IMAGENET: f"0 to 1, less {_IMAGENET_MEAN}, over {_IMAGENET_DEVIATION}",
}


@dataclass(frozen=True)
class CalibrationData:
    """Samples, each one array 1×C×H×W an input of the design.

    Attributes:
        calibrating: What ranges are taken from.
        measuring: What the result is measured on.
        description: Where they are from, in words.
        is_random: Whether they say nothing of real data.
        preprocessing: How pixels became inputs, in words; empty where there were no pictures.
    """

    calibrating: tuple[tuple[Array, ...], ...]
    measuring: tuple[tuple[Array, ...], ...]
    description: str
    is_random: bool
    preprocessing: str = ""

    @property
    def is_held_back(self) -> bool:
        """Whether what is measured on was kept from calibration; a handful of samples is too few to keep any."""
        seen = {id(array) for sample in self.calibrating for array in sample}
        return not any(id(array) in seen for sample in self.measuring for array in sample)


def calibration_data(shapes: Sequence[tuple[int, ...]], options: Calibrated, seed: int) -> CalibrationData:
    """The samples that the options ask for.

    Args:
        shapes: Shape of each input of the design, N×C×H×W.
        options: Folder, how many, how pixels become inputs.
        seed: Of random ones.

    Raises:
        ExportError: The folder cannot be read, holds nothing that fits, or the design takes more than one input.
    """
    single = [(1, *shape[1:]) for shape in shapes]
    if not options.calibration:
        number = min(options.samples, _RANDOM_SAMPLES)
        samples = [
            tuple(tensor.numpy() for tensor in random_inputs(single, torch.device("cpu"), seed * 1000 + index))
            for index in range(number + max(1, number // _HELD_BACK))
        ]
        return CalibrationData(
            tuple(samples[:number]), tuple(samples[number:]), f"{number} random inputs, seed {seed}", True
        )
    folder = Path(options.calibration)
    files, found = samples_of(folder, single, options.samples, options.normalisation)
    loaded = [(each,) for each in found]
    held = loaded[::_HELD_BACK] if len(loaded) >= _HELD_BACK else loaded
    used = [each for index, each in enumerate(loaded) if index % _HELD_BACK] if len(loaded) >= _HELD_BACK else loaded
    said = f"{len(used)} samples of {folder.name}"
    has_pictures = any(file.suffix.lower() in PICTURES for file in files)
    preprocessing = ""
    if has_pictures:
        _, channels, height, width = single[0]
        colours = "grey" if channels == 1 else "red, green, blue"
        preprocessing = (
            f"{colours}; scaled to fit {width}×{height}, the middle taken; {_PIXEL_WORDS[options.normalisation]}"
        )
        said += f", pixels {_PIXEL_WORDS[options.normalisation]}"
    return CalibrationData(tuple(used), tuple(held), said, False, preprocessing)


def samples_of(
    folder: Path, shapes: Sequence[tuple[int, ...]], number: int, normalisation: Normalisation
) -> tuple[list[Path], list[Array]]:
    """Files of a folder and the samples in them, 1×C×H×W each, evenly spread over it.

    Args:
        folder: Pictures or .npy arrays.
        shapes: Shape of each input of the design, N×C×H×W.
        number: How many samples at most.
        normalisation: How pixels become inputs.

    Raises:
        ExportError: The folder cannot be read, holds nothing that fits, or the design takes more than one input.
    """
    if len(shapes) != 1:
        raise ExportError(f"a folder gives one input, and this design takes {len(shapes)}; take random ones for it")
    files = _spread(_files_of(folder), number)
    found = [each for file in files for each in _read(file, shapes[0], normalisation)]
    if not found:
        raise ExportError(
            f"{folder}: its arrays hold no sample; give at least one, N×{'×'.join(map(str, shapes[0][1:]))}"
        )
    return files, _spread(found, number)


def _files_of(folder: Path) -> list[Path]:
    try:
        next(folder.iterdir(), None)  # says why it cannot be read; looking through it would find nothing
        # Folders by class are looked through; hidden files are what systems leave behind, ``._x.jpg`` among them.
        found = sorted(
            file
            for file in folder.rglob("*")
            if file.suffix.lower() in (*PICTURES, *_ARRAYS)
            and not any(part.startswith(".") for part in file.relative_to(folder).parts)
            and file.is_file()
        )
    except OSError as error:
        raise ExportError(f"{folder}: the folder cannot be read: {reason_of(error)}") from error
    if not found:
        raise ExportError(f"{folder}: it holds no picture and no .npy; it takes {', '.join((*PICTURES, *_ARRAYS))}")
    return found


def _spread(files: list[T], number: int) -> list[T]:
    """So many of the files or samples, evenly spread: folders are often sorted by class."""
    if len(files) <= number:
        return files
    return [files[index * len(files) // number] for index in range(number)]


def _read(file: Path, shape: tuple[int, ...], normalisation: Normalisation) -> list[Array]:
    """The samples of a file, 1×C×H×W each."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is taken all the same, such as a camera's notes in disorder
            return _arrays(file, shape) if file.suffix.lower() in _ARRAYS else [_picture(file, shape, normalisation)]
    except _BROKEN as error:
        raise ExportError(f"{file}: it cannot be read: {error}; take it out of the folder") from error


def _arrays(file: Path, shape: tuple[int, ...]) -> list[Array]:
    # Mapped, not read: a header that claims terabytes claims more than the file has, and is refused.
    held = numpy.load(file, allow_pickle=False, mmap_mode="r")
    wanted = shape[1:]
    if not isinstance(held, numpy.ndarray):
        held.close()
        raise ExportError(f"{file}: it is an archive of arrays under the name of one; save each with numpy.save")
    if held.shape == wanted:
        held = held[None]
    if held.shape[1:] != wanted or held.dtype.kind not in "fiu":
        sides = "×".join(map(str, wanted))
        raise ExportError(f"{file}: it holds {held.shape} of {held.dtype}; the design reads {sides}, or N of those")
    arrays: Array = held.astype(numpy.float32)[:, None]
    if not numpy.isfinite(arrays).all():
        raise ExportError(f"{file}: it holds numbers that are infinite or none at all; take it out of the folder")
    return list(arrays)


def _picture(file: Path, shape: tuple[int, ...], normalisation: Normalisation) -> Array:
    """A picture cut to the input's shape: the shorter way scaled to fit, the middle taken."""
    from PIL import Image, ImageOps

    _, channels, height, width = shape
    if channels not in (1, 3):
        raise ExportError(f"{file}: a picture has 1 or 3 channels, and the design reads {channels}; give .npy arrays")
    try:
        # These formats alone: others start programs of their own to be read.
        with Image.open(file, formats=_FORMATS) as opened:
            upright = _eight_bits(ImageOps.exif_transpose(opened))
            fitted = ImageOps.fit(upright.convert("L" if channels == 1 else "RGB"), (width, height))
    except Image.DecompressionBombError as error:
        raise ExportError(f"{file}: the picture is too large to be one; take it out of the folder") from error
    pixels = numpy.asarray(fitted, dtype=numpy.float32) / 255
    planes = pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)
    return numpy.ascontiguousarray(_normalised(planes, normalisation)[None], dtype=numpy.float32)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """A picture with eight bits a channel: of sixteen the upper ones, which Pillow's own conversion would clip."""
    if not picture.mode.startswith("I"):
        return picture
    from PIL import Image

    pixels = numpy.asarray(picture, dtype=numpy.float32) / 257
    return Image.fromarray(pixels.round().clip(0, 255).astype(numpy.uint8))


def _normalised(planes: Array, how: Normalisation) -> Array:
    if how is Normalisation.ZERO_TO_ONE:
        return planes
    if how is Normalisation.MINUS_ONE_TO_ONE:
        return planes * 2 - 1
    mean, deviation = (numpy.array(each, numpy.float32) for each in (_IMAGENET_MEAN, _IMAGENET_DEVIATION))
    if planes.shape[0] == 1:  # grey: the three channels' average
        mean, deviation = mean.mean(keepdims=True), deviation.mean(keepdims=True)
    result: Array = (planes - mean[:, None, None]) / deviation[:, None, None]
    return result
