"""What crosses from room to room is a record with named, typed fields: no mapping from words to anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from designer.graph.option_set import OptionSet
from designer.record import Record
from designer.worker.messages import Message
from designer.worker.orders import ORDERS, Report, SoFar

ROOT = Path(__file__).resolve().parents[2] / "designer"

BORDER = {"to_data", "from_data"}
"""What turns a record into plain data for another process, a file or ``--json``, and back."""

ALLOWED = {
    "files/diff.py: difference_data",
    "graph/bypass.py: file_data",
    "graph/layer.py: data",
    "graph/layer.py: file_data",
}
"""What prints JSON of its own, and what a layer is in a design's file."""

LOOSE = {"dict", "Mapping", "MutableMapping"}


def is_loose(annotation: ast.AST) -> bool:
    """Whether a mapping from words to anything stands anywhere in an annotation, also in one that is quoted."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                if is_loose(ast.parse(node.value, mode="eval").body):
                    return True
            except SyntaxError:
                continue
        if isinstance(node, ast.Name) and node.id in LOOSE and not _has_parts(annotation, node):
            return True
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in LOOSE:
            key, value = node.slice.elts if isinstance(node.slice, ast.Tuple) else (None, None)
            if ast.unparse(key or node) == "str" and value is not None and ast.unparse(value) in {"Any", "object"}:
                return True
    return False


def _has_parts(annotation: ast.AST, name: ast.Name) -> bool:
    return any(isinstance(node, ast.Subscript) and node.value is name for node in ast.walk(annotation))


def public(name: str) -> bool:
    return not name.startswith("_") or name in {"__init__", "__call__"}


def loose_places(body: list[ast.stmt]) -> Iterator[str]:
    """Names of the public functions, methods, fields and type aliases of a module that carry such a mapping."""
    for node in body:
        if isinstance(node, ast.ClassDef) and public(node.name):
            yield from loose_places(node.body)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and public(node.name):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            found = [argument.annotation for argument in arguments] + [node.returns]
            if any(annotation is not None and is_loose(annotation) for annotation in found):
                yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and public(node.target.id):
            if is_loose(node.annotation) and not node.target.id.isupper():
                yield node.target.id
        elif (
            isinstance(node, ast.Assign) and isinstance(node.value, (ast.Subscript, ast.BinOp)) and is_loose(node.value)
        ):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name) and public(target.id))


def found_in_rooms() -> set[str]:
    return {
        f"{path.relative_to(ROOT).as_posix()}: {name}"
        for path in sorted(ROOT.rglob("*.py"))
        for name in loose_places(ast.parse(path.read_text(encoding="utf-8")).body)
        if name not in BORDER
    }


def test_no_public_function_takes_or_gives_a_mapping_of_anything():
    assert found_in_rooms() - ALLOWED == set()


def test_nothing_is_allowed_that_is_no_longer_there():
    assert ALLOWED - found_in_rooms() == set()


@pytest.mark.parametrize(
    "planted",
    [
        "def measured(data: Mapping[str, Any]) -> None: ...",
        "def measured() -> dict[str, Any]: ...",
        "def measured() -> tuple[int, dict[str, object]]: ...",
        "def measured(*, found: Callable[[Mapping[str, Any]], None]) -> None: ...",
        "def measured() -> dict: ...",
        "def measured(data: 'dict[str, Any]') -> None: ...",
        "class Result:\n    data: Mapping[str, Any]",
        "class Result:\n    so_far: Mapping[str, Any] | None = None",
        "class Dialog:\n    def __init__(self, data: dict[str, Any]) -> None: ...",
        "Found = Callable[[float, Mapping[str, Any]], None]",
        "Options = dict[str, Any]",
    ],
)
def test_a_planted_mapping_is_found(planted: str):
    assert list(loose_places(ast.parse(planted).body))


@pytest.mark.parametrize(
    "sound",
    [
        "def times() -> Mapping[str, float]: ...",
        "def _inner() -> dict[str, Any]: ...",
        "def table() -> dict[NodeId, Any]: ...",
        "KNOWN: Mapping[str, Any] = {}",
    ],
)
def test_what_is_typed_or_stays_inside_is_let_be(sound: str):
    assert not list(loose_places(ast.parse(sound).body))


def crossing() -> list[type[Any]]:
    """Every class whose values cross between the window and the worker."""
    seen: dict[type[Any], None] = {}
    waiting = [*get_args(Message), *ORDERS.values(), *get_args(Report), *get_args(SoFar)]
    while waiting:
        kind = waiting.pop()
        if kind in seen or not (is_dataclass(kind) or hasattr(kind, "_fields")):
            continue
        seen[kind] = None
        waiting += [part for hint in fields_of(kind).values() for part in parts(hint) if isinstance(part, type)]
    return list(seen)


def fields_of(kind: type[Any]) -> dict[str, Any]:
    """The declared types of a dataclass' or a named tuple's fields."""
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    hints = get_type_hints(kind)
    return {name: hints[name] for name in names}


def parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from parts(part)


@pytest.mark.parametrize("kind", crossing(), ids=lambda kind: kind.__name__)
def test_what_crosses_to_the_worker_and_back_is_typed_to_the_last_field(kind: type[Any]):
    loose = [name for name, hint in fields_of(kind).items() if {Any, object, dict, Mapping} & set(parts(hint))]

    assert loose == []


def test_every_message_order_and_report_is_a_record():
    kinds = [*get_args(Message), *ORDERS.values(), *get_args(Report), *get_args(SoFar)]

    assert not [kind for kind in kinds if not issubclass(kind, (Record, OptionSet))]
