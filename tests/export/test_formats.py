"""The registry of formats: what a dialog and the command line read from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.errors import ExportError
from designer.export.formats import format_for, format_of, formats
from designer.runtime.formats.export import writer_of


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("a.onnx", "onnx"),
        ("dir.py/A.ONNX", "onnx"),
        ("net.py", "pytorch"),
        ("net.safetensors", "safetensors"),
        ("net.pt2", "program"),
        ("table.tex", "latex"),
        ("table.md", "markdown"),
    ],
)
def test_a_name_asks_for_the_format_of_its_ending(path: str, key: str) -> None:
    assert format_for(path).key == key


def test_an_unknown_ending_is_refused_with_those_there_are() -> None:
    with pytest.raises(ExportError, match=r"a\.exe: no format has this ending; a name may end in \.onnx"):
        format_for("a.exe")
    with pytest.raises(ExportError, match=r"no format 'onxx' \(did you mean 'onnx'\?\)"):
        format_of("onxx")


def test_keys_titles_and_usual_endings_are_each_ones_own() -> None:
    for words in ([f.key for f in formats()], [f.title for f in formats()], [f.endings[0] for f in formats()]):
        assert len(set(words)) == len(words)
    assert all(format_for(f"x{ending}") is each for each in formats() for ending in each.endings)


@pytest.mark.parametrize("each", formats(), ids=lambda each: each.key)
def test_every_declaration_is_complete(each) -> None:
    assert each.help.endswith(".")
    assert each.proof
    for parameter in each.parameters:
        assert parameter.help.endswith("."), parameter.name
        if parameter.shown_when is not None:
            other, value = parameter.shown_when
            each.options.parameter(other).check(value)
    defaults = each.options()
    assert each.options.from_data(defaults.to_data()) == defaults


@pytest.mark.torch
@pytest.mark.parametrize("each", formats(), ids=lambda each: each.key)
def test_every_option_has_a_name_for_people(each) -> None:
    labels = [parameter.label for parameter in each.parameters]
    assert all(parameter.title for parameter in each.parameters)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("each", formats(), ids=lambda each: each.key)
def test_every_format_has_a_writer(each) -> None:
    if not each.is_available:
        pytest.skip(each.unavailable_reason)
    assert callable(writer_of(each))


def test_what_is_not_installed_is_said_with_what_brings_it() -> None:
    there = replace(formats()[0], needs=("json",))
    assert (there.is_available, there.unavailable_reason) == (True, "")
    gone = replace(formats()[0], needs=("json", "no_such_package"), extra="mobile")
    assert not gone.is_available
    assert gone.unavailable_reason == (
        "no_such_package is not installed; pip install 'bottleneck-designer[mobile]' brings it"
    )
