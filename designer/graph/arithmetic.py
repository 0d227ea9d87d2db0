"""Expressions that a person types: arithmetic, comparison and choice over names. No look-up, no code.

An expression is read into Python's own tree, of which only a few kinds of part are taken, and is worked out part by
part here; nothing is compiled or run. It is bounded in length, in parts, and in how large a number may become.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from designer.errors import ExpressionError, near

Value = float | str | bool

MOST_LETTERS = 1000
_MOST_PARTS = 200
_LARGEST = 2.0**53
"""Beyond this a float no longer holds every whole number."""

_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_PARTS = (
    *(ast.Compare, ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.UnaryOp, ast.USub, ast.Not, ast.IfExp),
    *(ast.Name, ast.Attribute, ast.Call, ast.Load, ast.Constant, ast.Expression),
    *_ARITHMETIC,
    *_COMPARISONS,
)

_IN, _SAFE_IN = "in", "_i"
"""``in`` is a word of Python's grammar, and here a name: it is read under another one, as long, so that places hold."""

_QUOTED = r"""("[^"]*"|'[^']*')"""


def round_channels(channels: float, divisor: float = 8) -> int:
    """The nearest multiple of 8, never less than 90 % of what was asked.

    Source: the rule published with MobileNetV2 (Sandler et al. 2018) for its width multiplier.
    """
    step = int(divisor)
    rounded = max(step, int(channels + step / 2) // step * step)
    return rounded + step if rounded < 0.9 * channels else rounded


FUNCTIONS: Mapping[str, tuple[Callable[..., Value], int, int]] = {
    "round8": (round_channels, 1, 1),
    "round_channels": (round_channels, 2, 2),
    "max": (max, 2, 8),
    "min": (min, 2, 8),
    "round": (round, 1, 1),
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "abs": (abs, 1, 1),
}
"""What can be called: how it is worked out, and of how many numbers at least and at most."""


@dataclass(frozen=True)
class Expression:
    """What a person typed, read.

    Attributes:
        text: As it was typed.
        names: The names that it speaks of.
    """

    text: str
    names: frozenset[str]

    def value(self, values: Mapping[str, Value]) -> Value:
        """What it amounts to.

        Args:
            values: The names' values.

        Raises:
            ExpressionError: It divides by zero, becomes too large, compares a word with a number, or a name lacks.
        """
        try:
            return _value(_tree(self.text).body, values)
        except ZeroDivisionError:
            raise ExpressionError(self.text, "it divides by zero") from None
        except (OverflowError, ValueError):
            raise ExpressionError(self.text, "it becomes too large a number") from None
        except TypeError:
            raise ExpressionError(self.text, "it takes a word for a number, or a number for a word") from None

    def in_numbers(self, values: Mapping[str, Value]) -> str:
        """The same with the names' values in their places: ``6 × 24``."""
        tree = _Filled(values).visit(ast.parse(_tree_text(self.text), mode="eval"))
        text = _outside_words(r"\*", "×", _outside_words("//", "÷", ast.unparse(tree)))
        return text.replace("'", '"')


class _Filled(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(each) for each in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self._values.get(_name(node), _name(node))
        return ast.Constant(int(value) if isinstance(value, float) and value.is_integer() else value)


@lru_cache(maxsize=1024)
def expression(text: str) -> Expression:
    """Read an expression, whatever names it speaks of.

    Raises:
        ExpressionError: It is none, too long, or holds what is not taken; the text says where.
    """
    text = text.strip()
    try:
        tree = _tree(text)
    except SyntaxError as error:
        where = f" at letter {error.offset}" if error.offset else ""
        raise ExpressionError(text, f"it cannot be read{where}; write it as t * in, or 3 if s == 1 else 5") from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError(text, "it is too long or too deep to be read") from None
    parts = list(ast.walk(tree))
    if len(parts) > _MOST_PARTS:
        raise ExpressionError(text, f"it has more than {_MOST_PARTS} parts")
    for part in parts:
        _refuse_strange(text, part)
    called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
    return Expression(text, frozenset(_name(part) for part in _names(tree) if id(part) not in called))


def require_known(read: Expression, known: Collection[str], what: str) -> None:
    """Refuse an expression that speaks of a name that is not known.

    Args:
        read: The expression.
        known: The names it may speak of.
        what: What these are called: ``parameter``.

    Raises:
        ExpressionError: It does.
    """
    for name in sorted(read.names):
        if name not in known:
            raise ExpressionError(read.text, f"there is no {what} '{name}'{near(name, known)}")


def _refuse_strange(text: str, part: ast.AST) -> None:
    where = f" at letter {part.col_offset + 1}" if isinstance(part, ast.expr) else ""
    if not isinstance(part, _PARTS):
        raise ExpressionError(text, f"it takes arithmetic, comparisons, and, or, not, if and else, nothing more{where}")
    if isinstance(part, ast.Constant) and not isinstance(part.value, (bool, int, float, str)):
        raise ExpressionError(text, f"{part.value!r} is neither a number nor a word{where}")
    if isinstance(part, ast.Constant) and isinstance(part.value, (int, float)) and not abs(part.value) <= _LARGEST:
        raise ExpressionError(text, f"a number in it is too large{where}")
    if isinstance(part, ast.Call):
        name = part.func.id if isinstance(part.func, ast.Name) else ""
        if name not in FUNCTIONS:
            raise ExpressionError(text, f"'{_name(part.func)}' cannot be called{near(name, FUNCTIONS)}{where}")
        _, least, most = FUNCTIONS[name]
        if part.keywords or not least <= len(part.args) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise ExpressionError(text, f"{name} takes {count} numbers{where}")


def _tree_text(text: str) -> str:
    return _outside_words(rf"\b{_IN}\b", _SAFE_IN, text)


def _outside_words(pattern: str, by: str, text: str) -> str:
    """A text with what matches replaced, but for what stands in quotes."""
    return re.sub(rf"{_QUOTED}|{pattern}", lambda found: found[1] if found[1] is not None else by, text)


@lru_cache(maxsize=1024)
def _tree(text: str) -> ast.Expression:
    if len(text) > MOST_LETTERS:
        raise ValueError("too long")
    return ast.parse(_tree_text(text), mode="eval")


def _names(tree: ast.AST) -> list[ast.AST]:
    """Names and dotted names, not the names within those."""
    if isinstance(tree, (ast.Name, ast.Attribute)):
        return [tree]
    return [found for child in ast.iter_child_nodes(tree) for found in _names(child)]


def _name(part: ast.AST) -> str:
    return re.sub(rf"\b{_SAFE_IN}\b", _IN, ast.unparse(part))


def _value(part: ast.AST, values: Mapping[str, Value]) -> Value:
    match part:
        case ast.Constant(value=value) if isinstance(value, (bool, int, float, str)):
            return value
        case ast.Name() | ast.Attribute():
            return values[_name(part)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, values)
        case ast.UnaryOp(operand=operand):
            return -_number(operand, values)
        case ast.BinOp(left=left, op=sign, right=right):
            return _bounded(_ARITHMETIC[type(sign)](_number(left, values), _number(right, values)))
        case ast.BoolOp(op=ast.And(), values=terms):
            return all(_value(term, values) for term in terms)
        case ast.BoolOp(values=terms):
            return any(_value(term, values) for term in terms)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return _value(body if _value(test, values) else otherwise, values)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _bounded(FUNCTIONS[name][0](*(_number(each, values) for each in arguments)))
        case ast.Compare(left=left, ops=signs, comparators=others):
            sides = [_value(each, values) for each in (left, *others)]
            return all(_COMPARISONS[type(sign)](*pair) for sign, pair in zip(signs, pairwise(sides), strict=True))
    raise TypeError(type(part).__name__)


def _bounded(value: Value) -> Value:
    if isinstance(value, (int, float)) and not abs(value) <= _LARGEST:
        raise OverflowError
    return value


def _number(part: ast.AST, values: Mapping[str, Value]) -> float:
    value = _value(part, values)
    if isinstance(value, str):
        raise TypeError(value)
    return value
