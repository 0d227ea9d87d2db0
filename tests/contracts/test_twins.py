"""Every kind of problem, and every place that reports one, has a faulty design and its fixed twin in the tests."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

import designer
from designer.analysis.analysis import analyse, facts
from designer.analysis.issues import Issue
from designer.analysis.shapes import expanded
from designer.errors import ShapeError
from designer.graph.design import Design
from designer.issue_code import IssueCode
from designer.layers.blocks import Group
from tests.analysis.twins import TWINS, Twin
from tests.targets.twins import TARGET_TWINS

ROOT = Path(designer.__file__).parent
REPORTS = (ShapeError, Issue)
"""What a place makes that reports a problem."""


def without_twins(codes: Iterable[StrEnum], twins: Iterable[Twin]) -> list[str]:
    known = {twin.code.value for twin in twins}
    return [f"no faulty design and fixed twin for '{code}'" for code in codes if code.value not in known]


def test_every_code_has_a_faulty_design_and_its_fixed_twin() -> None:
    assert without_twins(IssueCode, (*TWINS, *TARGET_TWINS)) == []


def test_a_code_without_twins_is_named() -> None:
    planted = StrEnum("planted", {"BOUNDS": "bounds", "UPSIDE_DOWN": "upside-down"})
    assert without_twins(planted, TWINS) == ["no faulty design and fixed twin for 'upside-down'"]


def test_a_twin_is_named_once() -> None:
    titles = [(twin.code, twin.title) for twin in TWINS]
    assert len(set(titles)) == len(titles)


class Place(NamedTuple):
    """A call in the source that reports a problem."""

    file: Path
    first: int
    last: int
    code: str

    def said(self) -> str:
        return f"{self.file.relative_to(ROOT.parent)}:{self.first} reports {self.code}, and no faulty design reaches it"


def places_in(source: str, file: Path) -> Iterator[Place]:
    """Every call that names a code and makes a problem of it."""
    names = {each.__name__ for each in REPORTS}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            yield Place(file, node.lineno, node.end_lineno or node.lineno, ast.unparse(node.args[0]))


def places() -> list[Place]:
    return [place for file in sorted(ROOT.rglob("*.py")) for place in places_in(file.read_text("utf-8"), file)]


@contextmanager
def noting_where(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[Path, int]]]:
    """File and line of whatever makes a problem meanwhile; nothing that was worked out before is remembered."""
    seen: set[tuple[Path, int]] = set()

    def noting(made: Any) -> Any:
        def note(self: Any, *args: Any, **kwargs: Any) -> None:
            frame: FrameType = sys._getframe(1)
            seen.add((Path(frame.f_code.co_filename), frame.f_lineno))
            made(self, *args, **kwargs)

        return note

    with monkeypatch.context() as patch:
        for each in REPORTS:
            patch.setattr(each, "__init__", noting(each.__init__))
        for remembered in (facts, expanded):
            remembered.cache_clear()
        yield seen


def afresh(design: Design) -> Design:
    """The same design, groups and all, about which nothing was worked out before."""
    nodes = [
        replace(node, layer=Group(afresh(node.layer.body))) if isinstance(node.layer, Group) else node
        for node in design.nodes.values()
    ]
    return Design.build(design.name, nodes, design.wires.values(), design.annotations.values())


def unreached(found: Iterable[Place], seen: set[tuple[Path, int]]) -> list[str]:
    return [
        place.said()
        for place in found
        if not any(file == place.file and place.first <= line <= place.last for file, line in seen)
    ]


def test_every_place_that_reports_a_problem_is_reached_by_a_faulty_design(monkeypatch: pytest.MonkeyPatch) -> None:
    found = places()
    assert len(found) >= 40
    with noting_where(monkeypatch) as seen:
        for twin in TWINS:
            assert analyse(afresh(twin.faulty)).issues
    assert unreached(found, seen) == []


def test_a_place_that_no_design_reaches_is_named() -> None:
    file = ROOT / "graph" / "planted.py"
    (planted,) = places_in("if x:\n    raise ShapeError(\n        IssueCode.MEAN, 'a', 'b'\n    )", file)
    (said,) = unreached([planted], {(file, 1)})
    assert said == "designer/graph/planted.py:2 reports IssueCode.MEAN, and no faulty design reaches it"
    assert unreached([planted], {(file, 3)}) == []
