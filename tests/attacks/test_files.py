"""Every hostile file of weights and folder of pictures; by hand the folders go through the whole export as well."""

from __future__ import annotations

import pytest

from tests.attacks import calibration_folders, weight_files

pytestmark = pytest.mark.torch


@pytest.mark.slow
def test_every_file_of_weights_is_taken_or_refused_in_words() -> None:
    assert len(weight_files.makers()) >= 70
    assert [(name, ended.fault) for name, ended in weight_files.run()] == []


def test_every_folder_to_calibrate_with_gives_samples_or_is_refused_in_words() -> None:
    assert len(calibration_folders.makers()) >= 50
    assert calibration_folders.run() == []


def test_what_a_file_would_run_does_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert weight_files.run(["runs.pt", "runs_old.pt"]) == []
    assert "owned" not in capsys.readouterr().out
