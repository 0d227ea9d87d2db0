"""Calibration inputs: pictures and arrays of a folder as the network reads them, and random ones called so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from designer.errors import ExportError
from designer.export.options import Int8Options
from designer.measurement.pictures import Normalisation
from designer.runtime.formats.calibration import calibration_data

pytestmark = pytest.mark.torch

SHAPE = (1, 3, 8, 8)


def options(folder: Path, **more: object) -> Int8Options:
    return Int8Options(calibration=str(folder), **more)  # type: ignore[arg-type]


def test_without_a_folder_they_are_random_and_say_so() -> None:
    data = calibration_data([SHAPE, (5, 1, 4, 4)], Int8Options(), seed=3)
    assert data.is_random
    assert data.description == "16 random inputs, seed 3"
    assert [array.shape for array in data.calibrating[0]] == [(1, 3, 8, 8), (1, 1, 4, 4)]
    again = calibration_data([SHAPE, (5, 1, 4, 4)], Int8Options(), seed=3)
    assert (again.calibrating[0][0] == data.calibrating[0][0]).all()
    seen = {sample[0].tobytes() for sample in data.calibrating}
    assert not seen & {sample[0].tobytes() for sample in data.measuring}


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Normalisation.ZERO_TO_ONE, (1.0, 0.0, 51 / 255)),
        (Normalisation.MINUS_ONE_TO_ONE, (1.0, -1.0, -0.6)),
        # ImageNet's red, green, blue: mean .485 .456 .406, deviation .229 .224 .225.
        (Normalisation.IMAGENET, ((1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225)),
    ],
)
def test_pixels_become_inputs(tmp_path: Path, how: Normalisation, expected: tuple[float, ...]) -> None:
    Image.new("RGB", (40, 20), (255, 0, 51)).save(tmp_path / "a.png")
    data = calibration_data([SHAPE], options(tmp_path, normalisation=how), 0)
    (array,) = data.calibrating[0]
    assert array.shape == SHAPE
    assert array.dtype == numpy.float32
    numpy.testing.assert_allclose(array[0, :, 4, 4], expected, rtol=1e-5)


def test_a_wide_picture_is_cut_to_its_middle(tmp_path: Path) -> None:
    wide = Image.new("RGB", (40, 8), (0, 0, 0))
    wide.paste((255, 255, 255), (16, 0, 24, 8))
    wide.save(tmp_path / "a.png")
    (array,) = calibration_data([SHAPE], options(tmp_path, normalisation=Normalisation.ZERO_TO_ONE), 0).calibrating[0]
    assert array.min() == 1.0


def test_arrays_are_taken_as_they_are_and_some_are_kept_back(tmp_path: Path) -> None:
    for index in range(4):
        numpy.save(tmp_path / f"{index}.npy", numpy.full((2, 3, 8, 8), index, dtype=numpy.float64))
    data = calibration_data([SHAPE], options(tmp_path), 0)
    assert (len(data.calibrating), len(data.measuring)) == (6, 2)
    assert not data.is_random
    assert data.description == f"6 samples of {tmp_path.name}"
    assert {float(sample[0].max()) for sample in data.measuring} == {0.0, 2.0}


def test_of_many_files_some_are_taken_evenly(tmp_path: Path) -> None:
    for index in range(30):
        numpy.save(tmp_path / f"{index:02}.npy", numpy.full((3, 8, 8), index, dtype=numpy.float32))
    data = calibration_data([SHAPE], options(tmp_path, samples=3), 0)
    assert sorted(float(sample[0].max()) for sample in data.calibrating) == [0.0, 10.0, 20.0]


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="it holds no picture and no"):
        calibration_data([SHAPE], options(tmp_path), 0)
    with pytest.raises(ExportError, match="the folder cannot be read: no such file"):
        calibration_data([SHAPE], options(tmp_path / "gone"), 0)
    with pytest.raises(ExportError, match="a folder gives one input"):
        calibration_data([SHAPE, SHAPE], options(tmp_path), 0)
    numpy.save(tmp_path / "a.npy", numpy.zeros((3, 9, 8), dtype=numpy.float32))
    with pytest.raises(ExportError, match=r"a\.npy: it holds \(3, 9, 8\) of float32; the design reads 3×8×8"):
        calibration_data([SHAPE], options(tmp_path), 0)
    (tmp_path / "a.npy").unlink()
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(ExportError, match=r"a\.png: it cannot be read"):
        calibration_data([SHAPE], options(tmp_path), 0)
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    with pytest.raises(ExportError, match="the design reads 24; give"):
        calibration_data([(1, 24, 8, 8)], options(tmp_path), 0)


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    numpy.save(tmp_path / "a.npy", numpy.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ExportError, match="cannot be read"):
        calibration_data([SHAPE], options(tmp_path), 0)


def test_what_only_looks_like_a_file_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "folder.npy").mkdir()
    (tmp_path / "notes.txt").write_text("no picture")
    numpy.save(tmp_path / "a.npy", numpy.ones((3, 8, 8), dtype=numpy.float32))
    assert len(calibration_data([SHAPE], options(tmp_path), 0).calibrating) == 1


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (numpy.full((3, 8, 8), numpy.nan), "a.npy: it holds numbers that are infinite or none at all"),
        (numpy.zeros((0, 3, 8, 8)), "its arrays hold no sample; give at least one, N×3×8×8"),
    ],
    ids=["not a number", "no sample"],
)
def test_arrays_that_say_nothing_are_refused(tmp_path: Path, array: numpy.ndarray, reason: str) -> None:
    numpy.save(tmp_path / "a.npy", array)
    with pytest.raises(ExportError, match=reason):
        calibration_data([SHAPE], options(tmp_path), 0)


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "webp"])
def test_half_a_picture_is_named(tmp_path: Path, ending: str) -> None:
    Image.effect_noise((64, 64), 90).convert("RGB").save(tmp_path / f"whole.{ending}")
    content = (tmp_path / f"whole.{ending}").read_bytes()
    (tmp_path / f"whole.{ending}").unlink()
    (tmp_path / f"half.{ending}").write_bytes(content[: len(content) // 2])
    with pytest.raises(ExportError, match=rf"half\.{ending}: it cannot be read: .*; take it out of the folder"):
        calibration_data([SHAPE], options(tmp_path), 0)


def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    with pytest.raises(ExportError, match=r"a\.png: the picture is too large to be one"):
        calibration_data([SHAPE], options(tmp_path), 0)


def folder_options(folder: Path, **chosen: Any) -> Int8Options:
    return Int8Options(calibration=str(folder), normalisation=Normalisation.ZERO_TO_ONE, **chosen)


def test_sixteen_bits_of_grey_keep_their_brightness(tmp_path: Path) -> None:
    Image.fromarray(numpy.full((8, 8), 40_000, dtype=numpy.uint16)).save(tmp_path / "grey.png")
    data = calibration_data([(1, 1, 8, 8)], folder_options(tmp_path), 0)
    assert data.calibrating[0][0] == pytest.approx(40_000 / 65_535, abs=0.004)


def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    pixels = numpy.zeros((8, 8, 3), dtype=numpy.uint8)
    pixels[:4] = 255  # the upper half is white
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise, so that white is at the right
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    (sample,) = calibration_data([(1, 3, 8, 8)], folder_options(tmp_path), 0).calibrating
    assert sample[0][0, 0, :, 5:].mean() > 0.9
    assert sample[0][0, 0, :, :3].mean() < 0.1


def test_folders_by_class_are_looked_through_and_what_systems_leave_is_passed_over(tmp_path: Path) -> None:
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (8, 8)).save(tmp_path / name / "1.png")
        (tmp_path / name / "._1.png").write_bytes(b"not a picture")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    data = calibration_data([(1, 3, 8, 8)], folder_options(tmp_path), 0)
    assert len(data.calibrating) == 2


def test_so_many_samples_are_used_as_were_asked_for_and_few_are_not_called_held_back(tmp_path: Path) -> None:
    numpy.save(tmp_path / "many.npy", numpy.zeros((200, 3, 4, 4), dtype=numpy.float32))
    data = calibration_data([(1, 3, 4, 4)], folder_options(tmp_path, samples=8), 0)
    assert len(data.calibrating) + len(data.measuring) == 8
    assert data.is_held_back
    few = calibration_data([(1, 3, 4, 4)], folder_options(tmp_path, samples=3), 0)
    assert not few.is_held_back


def test_how_pixels_become_inputs_is_said(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "1.png")
    assert calibration_data([(1, 3, 8, 8)], folder_options(tmp_path), 0).preprocessing.endswith("0 to 1")


def test_a_postscript_file_under_a_pictures_name_starts_no_program(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n")
    with pytest.raises(ExportError, match="cannot be read"):
        calibration_data([(1, 3, 8, 8)], folder_options(tmp_path), 0)


def archive(path: Path) -> None:
    numpy.savez(path.with_suffix(".npz"), a=numpy.zeros(3))
    path.with_suffix(".npz").rename(path)


def huge(path: Path) -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 3, 4, 4), }"
    path.write_bytes(b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little") + header + b"\n")


@pytest.mark.parametrize(
    "write",
    [
        huge,
        lambda path: path.write_bytes(b"\x93NUMPY\x01\x00\xff\xff{'descr': "),
        archive,
        lambda path: numpy.save(path, numpy.zeros((1, 3, 4, 4), dtype=bool)),
        lambda path: numpy.save(path, numpy.array(3.0)),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\x80\x04K\x01."),
    ],
    ids=["terabytes", "cut header", "archive", "flags", "one number", "empty", "pickle"],
)
def test_an_array_that_is_none_is_refused_with_its_name(tmp_path: Path, write: Callable[[Path], object]) -> None:
    write(tmp_path / "a.npy")
    with pytest.raises(ExportError, match=r"a\.npy: "):
        calibration_data([(1, 3, 4, 4)], folder_options(tmp_path), 0)
