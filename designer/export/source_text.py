"""Pieces of printed Python as formatters leave it: names, literals, docstrings, lines that fit. Knows no framework."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Collection, Iterator, Sequence
from textwrap import wrap
from typing import Any

from designer.analysis.analysis import Analysis
from designer.export.block_classes import Kind
from designer.graph.design import PortRef
from designer.graph.tensor import TensorSpec

LINE_LENGTH = 88
_LONGEST_CLASS_NAME = 40


def identifier(words: str, fallback: str) -> str:
    """Words as a Python name; nothing in them can be more than a name."""
    plain = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_")
    if not plain or plain[0].isdigit():
        plain = f"{fallback}_{plain}".rstrip("_")
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def class_name(words: str) -> str:
    """Words as the name of a class, figures left out: ``MobileNetV2 1 · 224`` is ``MobileNetV2``."""
    parts = [part for part in identifier(words, "Network").split("_") if part and not part[0].isdigit()]
    name = "".join(part[0].upper() + part[1:] for part in parts)[:_LONGEST_CLASS_NAME] or "Network"
    # "none" becomes None, which no class can be, and Tensor is in every file already.
    return f"{name}Module" if keyword.iskeyword(name) or name == "Tensor" else name


def variables(inputs: Sequence[str], taken: Collection[str]) -> list[str]:
    """What holds the inputs: ``x`` where there is one, else their own names, each once and none that is taken."""
    if len(inputs) == 1:
        return ["x"]
    found: list[str] = []
    for id in inputs:
        name = identifier(id, "x")
        while name in taken or name in found:
            name = f"{name}_input"
        found.append(name)
    return found


def named(kinds: Sequence[Kind], taken: Collection[str] = ()) -> dict[str, Kind]:
    """Kinds of block by the names of their classes, each name once and none that is taken."""
    found: dict[str, Kind] = {}
    for kind in kinds:
        name, number = class_name(kind.title), 2
        while name in found or name in taken:
            name, number = f"{class_name(kind.title)}{number}", number + 1
        found[name] = kind
    return found


def plain(text: str) -> str:
    """Words of a person inside a docstring: no quote or backslash can end it."""
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def docstring(text: str) -> list[str]:
    """The lines of a docstring inside a class or function."""
    lines = wrap(f'"""{plain(text)}', LINE_LENGTH - 4 - 3, break_long_words=False)
    if len(lines) == 1:
        return [f'    {lines[0]}"""']
    return [*(f"    {line}" for line in lines), '    """']


def entering(analysis: Analysis) -> tuple[TensorSpec, ...]:
    """Shapes of the design's inputs."""
    specs = [analysis.spec(PortRef(node.id, node.layer.outputs[0].name)) for node in analysis.design.input_nodes()]
    return tuple(spec for spec in specs if spec is not None)


def shapes(specs: Sequence[TensorSpec]) -> Iterator[str]:
    """Shapes in words, the batch open: ``N×3×224×224``."""
    return ("×".join(["N", *map(str, spec.shape[1:])]) for spec in specs)


def bracketed(head: str, items: Sequence[str], tail: str) -> list[str]:
    """``head(items)tail`` on one line where it fits, else one item a line, as formatters leave it."""
    line = f"{head}{', '.join(items)}{tail}"
    if len(line) <= LINE_LENGTH:
        return [line]
    indent = " " * (len(head) - len(head.lstrip()))
    target, is_assigned, value = head.partition(" = ")
    if is_assigned and (not items or len(head) > LINE_LENGTH) and len(target) + len(" = (") <= LINE_LENGTH:
        return [f"{target} = (", *bracketed(f"{indent}    {value}", items, tail), f"{indent})"]
    if not items:
        return [line]
    return [head, *(f"{indent}    {item}," for item in items), *_broken_type(indent, tail)]


def _broken_type(indent: str, tail: str) -> list[str]:
    """What stands behind a signature's arguments; a type that is too long for the line at its square bracket."""
    if len(indent) + len(tail) <= LINE_LENGTH or "[" not in tail:
        return [f"{indent}{tail}"]
    begin, _, rest = tail.partition("[")
    inside, _, end = rest.rpartition("]")
    inner = f"{indent}    "
    parts = (
        [f"{inner}{inside}"]
        if len(inner) + len(inside) <= LINE_LENGTH
        else [f"{inner}{each}," for each in _split(inside)]
    )
    return [f"{indent}{begin}[", *parts, f"{indent}]{end}"]


def broken(head: str, text: str) -> list[str]:
    """An expression behind ``head``, broken at its outermost brackets until every line fits.

    Formatters break the last bracket first, and within it every argument gets a line where they do not fit on one.
    """
    if len(head) + len(text) <= LINE_LENGTH:
        return [f"{head}{text}"]
    indent = " " * (len(head) - len(head.lstrip()))
    begin, items, tail = _parted(head, text)
    if not items:
        return [f"{head}{text}"]
    inner = f"{indent}    "
    joined = ", ".join(items)
    lines = [f"{head}{begin}("]
    if len(inner) + len(joined) <= LINE_LENGTH:
        lines.append(f"{inner}{joined}")
    else:
        lines += [line for item in items for line in broken(inner, f"{item},")]
    return [*lines, *broken(f"{indent})", tail)]


def _parted(head: str, text: str) -> tuple[str, list[str], str]:
    """What stands before the bracket to break, its arguments, and what stands behind it.

    Of ``layer(arguments)(tensor)`` that is the last where all before it fits on the line, else the first.
    """
    pairs = _outer_pairs(text)
    if not pairs:
        return text, [], ""
    start, stop = pairs[-1] if len(head) + pairs[-1][0] < LINE_LENGTH else pairs[0]
    return text[:start], _split(text[start + 1 : stop]), text[stop + 1 :]


def _outer_pairs(text: str) -> list[tuple[int, int]]:
    """The places of round brackets that stand in no other."""
    found, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        if letter in "([{":
            if depth == 0:
                start = place
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth == 0 and letter == ")":
                found.append((start, place))
    return found


def _split(text: str) -> list[str]:
    """Arguments at the commas that stand in no bracket."""
    items, depth, current = [], 0, ""
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            items.append(current.strip())
            current = ""
        else:
            current += letter
    return [*items, current.strip()] if current.strip() else items


def noted(lines: Sequence[str], note: str) -> list[str]:
    """Lines with a comment behind the last, where it fits there."""
    *before, last = lines
    return [*before, f"{last}{note}" if len(last) + len(note) <= LINE_LENGTH else last]


def literal(value: Any) -> str:
    """A value as Python text."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def type_of(column: Sequence[Any]) -> str:
    """The type hint of an argument that has these values."""
    first = column[0]
    return f"tuple[{', '.join(['int'] * len(first))}]" if isinstance(first, tuple) else type(first).__name__
