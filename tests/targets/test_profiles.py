"""Profiles of targets: those that come with the program are sourced and complete; files of others are not trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from designer.errors import DesignFileError
from designer.graph.operations import operations
from designer.targets import profile_files
from designer.targets.lite_operators import CODES, FLOAT_ONLY, INT8, LITE
from designer.targets.profile import Answer, Profile
from designer.targets.profile_files import load_target, operator_names, shipped, target, targets, user_folder

SOUND: dict[str, Any] = {
    "format": "bottleneck-designer-target",
    "version": 1,
    "name": "A board of mine",
    "kind": "microcontroller",
    "element_type": "int8",
    "planner": "tflite-micro",
    "operators": "tflite_micro",
    "ram_bytes": 131072,
}

every_profile = pytest.mark.parametrize("profile", shipped(), ids=lambda profile: profile.key)


def written(folder: Path, **changes: Any) -> Path:
    data = {**SOUND, **changes}
    path = folder / "mine.target.json"
    path.write_text(json.dumps({key: value for key, value in data.items() if value is not None}, indent=1))
    return path


def test_twelve_targets_or_more_come_with_the_program() -> None:
    assert len(shipped()) >= 12
    assert len({profile.kind for profile in shipped()}) >= 5


@every_profile
def test_every_fact_of_a_target_has_its_source_and_what_is_missing_is_said(profile: Profile) -> None:
    sourced = " ".join(source.what for source in profile.sources)
    unknown = " ".join(profile.unknown)
    for name in ("ram_bytes", "flash_bytes", "channel_multiple"):
        value = getattr(profile, name)
        assert (name in sourced) == (value is not None), name
        assert value is not None or name in unknown, name
    for name in ("macs_per_s", "bytes_per_s"):
        assert getattr(profile, name) is None or name in sourced
    assert all(source.title for source in profile.sources)
    assert "operators" in sourced or "operators" in unknown


@every_profile
@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.title)
def test_every_operation_is_answered_for(profile: Profile, operation: Any) -> None:
    for code in CODES:
        answer, why = profile.operators.answer(operation.title, code)
        assert answer in Answer
        assert why or answer in (Answer.NATIVE, Answer.UNKNOWN)


def test_every_operator_of_a_file_is_known_by_name() -> None:
    assert not INT8 & FLOAT_ONLY
    assert set(operator_names()) >= CODES | {operation.title for operation in operations()}
    assert list(LITE.unanswered()) == []


def test_what_is_said_of_an_operation_goes_before_what_is_said_of_its_operator() -> None:
    operators = target("apple_neural_engine").operators
    assert operators.answer("broadcast multiplication", "MUL")[0] is Answer.SLOW
    assert operators.answer("multiplication", "MUL")[0] is Answer.UNKNOWN


def test_a_persons_own_target_goes_before_one_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTTLENECK_DESIGNER_DATA", str(tmp_path))
    assert target("rp2350").ram_bytes == 520 * 1024
    user_folder().mkdir()
    written(user_folder()).rename(user_folder() / "rp2350.target.json")
    (user_folder() / "broken.target.json").write_text("{")
    assert target("rp2350").ram_bytes == 131072
    assert [each.name for each in targets() if each.key == "rp2350"] == ["A board of mine"]
    with pytest.raises(DesignFileError, match="ends too early"):
        target("broken")


def test_a_target_is_named_by_its_path(tmp_path: Path) -> None:
    profile = target(str(written(tmp_path)))
    assert (profile.key, profile.ram_bytes, profile.flash_bytes) == ("mine", 131072, None)


def test_a_list_of_operators_of_ones_own(tmp_path: Path) -> None:
    operators = {
        "version": "1.0",
        "native": ["CONV_2D"],
        "slow": [{"names": ["hard-swish"], "why": "a table would be quicker"}],
        "others": "falls back",
    }
    found = load_target(written(tmp_path, operators=operators)).operators
    assert found.answer("convolution", "CONV_2D") == (Answer.NATIVE, "")
    assert found.answer("hard-swish", "HARD_SWISH") == (Answer.SLOW, "a table would be quicker")
    assert found.answer("softmax", "SOFTMAX") == (Answer.FALLS_BACK, "1.0 does not name it")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ram_bytes": -1}, "ram_bytes: it takes a whole number from 1 up, and -1 stands there"),
        ({"ram_bytes": 2.5}, "2.5 stands there"),
        ({"ram_bytes": True}, "True stands there"),
        ({"macs_per_s": "fast"}, "'fast' stands there"),
        ({"kind": "microcontroler"}, "did you mean 'microcontroller'"),
        ({"element_type": "int4"}, "it takes int8, float16, float32; 'int4' is none of them"),
        ({"planner": None}, "it is missing"),
        ({"name": None}, "name: it is missing; it takes a text"),
        ({"operators": "tflite_mikro"}, "did you mean 'tflite_micro'"),
        ({"operators": {"version": "1", "native": ["CONV_3D"]}}, "there is no operator 'CONV_3D'"),
        ({"operators": {"version": "1", "natives": []}}, "there is no such field (did you mean 'native'?)"),
        ({"operators": 3}, "it takes an object in braces"),
        ({"sram": 3}, "sram: there is no such field"),
        ({"format": "design"}, 'a target states "format"'),
        ({"version": 2}, "this program reads version 1"),
        ({"sources": [3]}, "it takes an object in braces"),
        ({"unknown": "much"}, "it takes a list of texts"),
    ],
)
def test_a_fault_is_told_with_its_line(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(DesignFileError) as caught:
        load_target(written(tmp_path, **changes))
    assert said in str(caught.value)
    assert "line " in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "it is empty"), (b"[]", "it takes an object"), (b"\xff\xfe", "no text in UTF-8"), (b"{" * 9, "line 1")],
)
def test_what_is_no_target_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.target.json"
    path.write_bytes(content)
    with pytest.raises(DesignFileError, match=said):
        load_target(path)


def test_a_large_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.target.json"
    with pytest.raises(DesignFileError, match="cannot be read: no such file"):
        load_target(path)
    path.write_text(" " * (2**20 + 1))
    with pytest.raises(DesignFileError, match="larger than a mebibyte"):
        load_target(path)
    with pytest.raises(DesignFileError, match="did you mean 'rp2350'"):
        target("rp2530")


def test_the_help_names_every_field_and_list() -> None:
    lists = {path.stem for path in (Path(profile_files.__file__).parent / "operators").glob("*.json")}
    for word in (
        *SOUND,
        *lists,
        "flash_bytes",
        "channel_multiple",
        "macs_per_s",
        "bytes_per_s",
        "falls_back",
        "others",
    ):
        assert word in profile_files.PROFILE_HELP
