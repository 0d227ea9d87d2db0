"""What a sweep shall keep to: sentences over figures and varied fields, ``parameters <= 3.5e6`` or ``c3 <= c4``.

``fits.microcontroller_256k`` says whether a design fits a target, and is a sentence by itself.

A sentence is read into a tree of comparisons and arithmetic, and nothing else is taken: no call, no look-up, no code.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from designer.errors import ParameterError, near

Value = float | str | bool

FITS = "fits."
"""Before a target's key: whether the design fits it."""

_MOST_LETTERS = 1000
_MOST_PARTS = 200

_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_PARTS = (ast.Compare, ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.UnaryOp, ast.USub, ast.Not, ast.Name, ast.Attribute)
_PARTS_BESIDES = (ast.Load, ast.Constant, ast.Expression, *_ARITHMETIC, *_COMPARISONS)


@dataclass(frozen=True)
class Constraint:
    """One sentence.

    Attributes:
        text: As it was typed.
        names: The figures, variables and targets that it speaks of.
    """

    text: str
    names: frozenset[str]

    def holds(self, values: Mapping[str, Value | None]) -> bool | None:
        """Whether it holds for these values by name; None where one of them is unknown, or cannot be compared."""
        if any(values.get(name) is None for name in self.names):
            return None
        try:
            return bool(_value(_tree(self.text).body, values))
        except (TypeError, ZeroDivisionError, OverflowError):
            return None


def constraint(text: str, known: frozenset[str]) -> Constraint:
    """Read a sentence.

    Args:
        text: ``macs <= 300e6``; ``NAME=LIMIT`` is a budget, and says the same.
        known: The names that it may speak of.

    Raises:
        ParameterError: It is no sentence of comparisons and arithmetic, or speaks of what is not known.
    """
    text = _budget_spelled_out(text.strip())
    try:
        tree = _tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ParameterError(text[:60], "it is no sentence such as macs <= 300e6 or c3 <= c4") from None
    parts = list(ast.walk(tree))
    names = frozenset(_name(part) for part in _outermost_names(tree))
    is_sentence = isinstance(tree.body, (ast.Compare, ast.BoolOp, ast.UnaryOp)) or _name(tree.body).startswith(FITS)
    strange = [part for part in parts if not isinstance(part, (*_PARTS, *_PARTS_BESIDES))]
    if strange or len(parts) > _MOST_PARTS or not is_sentence:
        raise ParameterError(text[:60], "it takes comparisons, and, or, not, + − × / and names of figures and fields")
    for name in sorted(names):
        if name not in known:
            what = "target to fit" if name.startswith(FITS) else "figure and no varied field"
            raise ParameterError(text[:60], f"there is no {what} '{name}'{near(name, known)}")
    return Constraint(text, names)


def _budget_spelled_out(text: str) -> str:
    name, equals, limit = text.partition("=")
    is_budget = equals and name and name[-1] not in "<>!=" and not limit.startswith("=")
    return f"{name.strip()} <= {limit.strip()}" if is_budget else text


@lru_cache(maxsize=256)
def _tree(text: str) -> ast.Expression:
    if len(text) > _MOST_LETTERS:
        raise ValueError("too long")
    return ast.parse(text, mode="eval")


def _outermost_names(tree: ast.AST) -> list[ast.AST]:
    """Names and dotted names, not the names within those."""
    if isinstance(tree, (ast.Name, ast.Attribute)):
        return [tree]
    return [found for child in ast.iter_child_nodes(tree) for found in _outermost_names(child)]


def _name(part: ast.AST) -> str:
    return ast.unparse(part)


def _value(part: ast.AST, values: Mapping[str, Value | None]) -> Value:
    match part:
        case ast.Constant(value=value) if isinstance(value, (bool, int, float, str)):
            return value
        case ast.Name() | ast.Attribute():
            found = values[_name(part)]
            assert found is not None
            return found
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, values)
        case ast.UnaryOp(operand=operand):
            return -_number(operand, values)
        case ast.BinOp(left=left, op=sign, right=right):
            return _ARITHMETIC[type(sign)](_number(left, values), _number(right, values))
        case ast.BoolOp(op=ast.And(), values=terms):
            return all(_value(term, values) for term in terms)
        case ast.BoolOp(values=terms):
            return any(_value(term, values) for term in terms)
        case ast.Compare(left=left, ops=signs, comparators=others):
            sides = [_value(each, values) for each in (left, *others)]
            return all(_COMPARISONS[type(sign)](*pair) for sign, pair in zip(signs, pairwise(sides), strict=True))
    raise TypeError(type(part).__name__)


def _number(part: ast.AST, values: Mapping[str, Value | None]) -> float:
    value = _value(part, values)
    if isinstance(value, str):
        raise TypeError(value)
    return value
