"""What a file costs to open grows with its size and no faster, whatever is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from designer.errors import DesignFileError
from designer.files.design_json import loads
from tests.steps import steps_of


def _file(nodes: list[dict[str, Any]], wires: list[tuple[str, str]]) -> str:
    return json.dumps(
        {
            "format": "bottleneck-designer",
            "version": 1,
            "name": "grown",
            "nodes": nodes,
            "wires": [{"from": source, "to": target} for source, target in wires],
        }
    )


def _chain(size: int) -> str:
    nodes: list[dict[str, Any]] = [{"id": "x", "type": "input"}]
    nodes += [{"id": f"r{index}", "type": "relu"} for index in range(size)]
    return _file(nodes, [("x.y", "r0.x"), *((f"r{index}.y", f"r{index + 1}.x") for index in range(size - 1))])


def _into_one_unknown(size: int) -> str:
    nodes: list[dict[str, Any]] = [{"id": "x", "type": "input"}, {"id": "u", "type": "of_another_time"}]
    nodes += [{"id": f"r{index}", "type": "relu"} for index in range(size)]
    wires = [("x.y", f"r{index}.x") for index in range(size)]
    return _file(nodes, [*wires, *((f"r{index}.y", f"u.p{index}") for index in range(size))])


def _out_of_one_unknown(size: int) -> str:
    nodes: list[dict[str, Any]] = [{"id": "u", "type": "of_another_time"}]
    nodes += [{"id": f"r{index}", "type": "relu"} for index in range(size)]
    return _file(nodes, [(f"u.p{index}", f"r{index}.x") for index in range(size)])


def _into_one_group(size: int) -> str:
    ends = [{"id": f"i{index}", "type": "input"} for index in range(size)]
    body = {"name": "many", "nodes": [*ends, {"id": "y", "type": "output"}], "wires": [{"from": "i0.y", "to": "y.x"}]}
    nodes: list[dict[str, Any]] = [{"id": "x", "type": "input"}, {"id": "g", "type": "group", "body": body}]
    return _file(nodes, [("x.y", f"g.i{index}") for index in range(size)])


def _doubling(size: int) -> str:
    """A group of two groups of two, and so on, until there are about so many."""
    body: dict[str, Any] = {
        "name": "leaf",
        "nodes": [{"id": "x", "type": "input"}, {"id": "y", "type": "output"}],
        "wires": [{"from": "x.y", "to": "y.x"}],
    }
    for _ in range(size.bit_length() - 1):
        parts = [{"id": name, "type": "group", "body": body} for name in ("a", "b")]
        wires = [("x.y", "a.x"), ("a.y", "b.x"), ("b.y", "y.x")]
        body = {
            "name": "twice",
            "nodes": [{"id": "x", "type": "input"}, *parts, {"id": "y", "type": "output"}],
            "wires": [{"from": source, "to": target} for source, target in wires],
        }
    return json.dumps({"format": "bottleneck-designer", "version": 1, **body})


def _keys(size: int) -> str:
    """One object of many keys, the last of which stands there twice."""
    keys = ", ".join(f'"k{index}": 0' for index in range(size))
    return f'{{"format": "bottleneck-designer", "version": 1, {keys}, "k{size - 1}": 0}}'


FILES: tuple[Callable[[int], str], ...] = (
    _chain,
    _into_one_unknown,
    _out_of_one_unknown,
    _into_one_group,
    _doubling,
    _keys,
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.__name__.strip("_"))
def test_twice_the_file_is_twice_the_work(file: Callable[[int], str]) -> None:
    def open_it(text: str) -> None:
        if file is _keys:
            with pytest.raises(DesignFileError, match="twice"):
                loads(text)
        else:
            loads(text)

    small, large = file(256), file(512)
    open_it(small)  # what is made once for all files is there now
    assert steps_of(lambda: open_it(large)) < 2.5 * steps_of(lambda: open_it(small))
