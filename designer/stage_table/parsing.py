"""Text as rows of a stage table: pasted from a spreadsheet, from Markdown, or copied out of a paper.

Values separated by tabs and Markdown are read by their headings. What is copied from a PDF has neither, so a line is
read as papers set it: the input's shape, the operator, then t, c, n and s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from designer.analysis.analysis import facts
from designer.edit.layout import tidy
from designer.errors import DesignerError, EditRefused, near
from designer.graph.arithmetic import round_channels
from designer.graph.design import Design
from designer.graph.layer import Layer
from designer.graph.tensor import TensorSpec
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.pooling import AveragePool, GlobalAveragePool
from designer.layers.registry import lookup
from designer.stage_table.columns import BLANKS, Column, own_parameter, with_cell, with_more
from designer.stage_table.operators import Operator, operator_of
from designer.templates.table import chain

CLASSES = 1000
"""How many a classifier of ``k`` classes has, of ImageNet."""

_MOST_ROWS, _MOST_REPEATS, _MOST_LETTERS, _MOST_LAYERS = 1000, 256, 1_000_000, 10_000


class _Heading(Enum):
    """What a column of a pasted table says besides what ours do."""

    HIDDEN = "hidden"
    IGNORED = "ignored"


_Meaning = Column | _Heading
_HEADINGS: dict[str, _Meaning] = {
    "input": Column.INPUT,
    "input size": Column.INPUT,
    "resolution": Column.INPUT,
    "operator": Column.OPERATOR,
    "operators": Column.OPERATOR,
    "op": Column.OPERATOR,
    "block": Column.OPERATOR,
    "layer": Column.OPERATOR,
    "t": Column.T,
    "expansion": Column.T,
    "exp ratio": Column.T,
    "exp size": _Heading.HIDDEN,
    "hidden": _Heading.HIDDEN,
    "c": Column.C,
    "#out": Column.C,
    "out": Column.C,
    "channels": Column.C,
    "#channels": Column.C,
    "output channels": Column.C,
    "n": Column.N,
    "layers": Column.N,
    "#layers": Column.N,
    "repeats": Column.N,
    "s": Column.S,
    "stride": Column.S,
    "k": Column.K,
    "kernel": Column.K,
    "nl": Column.ACTIVATION,
    "act": Column.ACTIVATION,
    "activation": Column.ACTIVATION,
    "se": Column.SE,
    "more": Column.MORE,
    "stage": _Heading.IGNORED,
    "#": _Heading.IGNORED,
    "parameters": _Heading.IGNORED,
    "params": _Heading.IGNORED,
    "macs": _Heading.IGNORED,
    "madds": _Heading.IGNORED,
}
_AS_V2 = (Column.T, Column.C, Column.N, Column.S)

_SHAPE = re.compile(r"\s*([0-9]{1,6})\s*(²|\^\{?2\}?)?\s*[×x]\s*([0-9]{1,6})(?:\s*[×x]\s*([0-9]{1,6}))?", re.IGNORECASE)
_CELL = re.compile(r"(?:\d+(?:\.\d+)?|k|classes|[-–—\u2212])$", re.IGNORECASE)


@dataclass(frozen=True)
class StatedRow:
    """A line of a pasted table, as typed.

    Attributes:
        line: Its number, from 1.
        operator: What its operator says.
        cells: What stands in the other columns, and nothing where they are blank.
        hidden: Channels after the expansion, where the table states them and no t; empty else.
        shape: Height and channels that enter, where they are stated.
    """

    line: int
    operator: Operator
    cells: tuple[tuple[Column, str], ...]
    hidden: str = ""
    shape: tuple[int, int] | None = None

    def cell(self, column: Column) -> str:
        """What stands in a column."""
        return dict(self.cells).get(column, "")


def parse(text: str) -> tuple[StatedRow, ...]:
    """The rows of a pasted table.

    Raises:
        EditRefused: There is none, or a line is none; the text says which line and what would be understood.
    """
    if len(text) > _MOST_LETTERS:
        raise EditRefused(f"the text has more than {_MOST_LETTERS:,} letters; a network's table has a few hundred")
    lines = [(number, line.rstrip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > _MOST_ROWS:
        raise EditRefused(f"the text has {len(lines)} lines; a table takes {_MOST_ROWS} at most")
    in_markdown = [(number, line) for number, line in lines if line.lstrip().startswith("|")]
    if in_markdown:
        split = [(number, _between_bars(line)) for number, line in in_markdown]
        rows = _by_headings([(number, cells) for number, cells in split if not _is_rule(cells)])
    elif any("\t" in line for _, line in lines):
        rows = _by_headings([(number, [cell.strip(" \"'") for cell in line.split("\t")]) for number, line in lines])
    else:
        rows = _as_printed(lines)
    if not rows:
        raise EditRefused(
            "there is no row of a table in the text; a row is an input, an operator, and t, c, n and s, as in: "
            "56² × 24 bottleneck 6 32 3 2"
        )
    return tuple(rows)


def _between_bars(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _is_rule(cells: Sequence[str]) -> bool:
    return all(re.fullmatch(r":?-{2,}:?", cell) for cell in cells)


def _heading(cell: str) -> _Meaning | None:
    return _HEADINGS.get(cell.strip().strip("*").casefold())


def _by_headings(lines: Sequence[tuple[int, list[str]]]) -> list[StatedRow]:
    first, cells = lines[0]
    meanings = [_heading(cell) for cell in cells]
    if Column.OPERATOR in meanings:
        for cell, meaning in zip(cells, meanings, strict=True):
            if meaning is None and cell:
                raise EditRefused(f"line {first}: no column is called '{cell}'{near(cell.casefold(), _HEADINGS)}")
        body = lines[1:]
    else:  # a part of a spreadsheet, without its headings
        meanings = [Column.INPUT, Column.OPERATOR, *_AS_V2, Column.K, Column.ACTIVATION, Column.SE]
        body = lines
    return [_stated(number, list(zip(meanings, row, strict=False))) for number, row in body]


def _stated(number: int, cells: Sequence[tuple[_Meaning | None, str]]) -> StatedRow:
    operator, shape, hidden, others = None, None, "", []
    for meaning, text in cells:
        if meaning is Column.OPERATOR:
            operator = _known_operator(number, text)
        elif meaning is Column.INPUT:
            shape = _stated_shape(text)
        elif meaning is _Heading.HIDDEN:
            hidden = "" if text in BLANKS else text
        elif isinstance(meaning, Column) and text not in BLANKS:
            others.append((meaning, text))
    if operator is None:
        raise EditRefused(f"line {number}: it names no operator")
    return StatedRow(number, operator, tuple(others), hidden, shape)


def _known_operator(number: int, text: str) -> Operator:
    try:
        return operator_of(text)
    except EditRefused as error:
        raise EditRefused(f"line {number}: {error}") from None


def _stated_shape(text: str, is_printed: bool = False) -> tuple[int, int] | None:
    """Height and channels of ``224² × 3``, and of what a PDF makes of it, ``2242 × 3``."""
    found = _SHAPE.match(text)
    if found is None:
        return None
    if found[4] is not None:
        return int(found[1]), int(found[4])
    lost = is_printed and found[2] is None and found[1].endswith("2") and len(found[1]) > 1
    return int(found[1][:-1] if lost else found[1]), int(found[3])


def _as_printed(lines: Sequence[tuple[int, str]]) -> list[StatedRow]:
    """Lines of a PDF's text: a shape, the operator's words, then numbers and dashes; the heading's order where told."""
    meanings: Sequence[_Meaning] = _AS_V2
    rows = []
    for number, line in lines:
        words = line.split()
        if words[0].casefold() == "input" and len(words) > 2:
            told = [_heading(word) for word in words]
            if None in told:
                word = words[told.index(None)]
                raise EditRefused(f"line {number}: no column is called '{word}'{near(word.casefold(), _HEADINGS)}")
            meanings = [each for each in told if each not in (None, Column.INPUT, Column.OPERATOR)]
            continue
        found = _SHAPE.match(line)
        rest = (line[found.end() :] if found is not None else line).split()
        cells: list[str] = []
        while rest and len(cells) < len(meanings) and _CELL.match(rest[-1]):
            cells.insert(0, rest.pop())
        if not rest:
            raise EditRefused(f"line {number}: '{line.strip()}' names no operator")
        row = _stated(number, [(Column.OPERATOR, " ".join(rest)), *zip(meanings, cells, strict=False)])
        shape = _stated_shape(line, is_printed=True)
        rows.append(replace(row, shape=shape))
    return rows


# Layers ---------------------------------------------------------------------------------------------------------------


def layers_of(rows: Sequence[StatedRow], given: TensorSpec) -> tuple[tuple[str, Layer], ...]:
    """The layers that rows stand for, each with the stem of its id.

    Args:
        rows: The rows.
        given: The shape N×C×H×W that reaches the first.

    Raises:
        EditRefused: A row cannot be computed here; the text says which line and why.
    """
    found: list[tuple[str, Layer]] = []
    spec = given
    for row in rows:
        try:
            for stem, layer in _of_row(row, spec):
                outputs = facts(layer, (spec,))
                if not outputs.outputs:
                    raise EditRefused(
                        f"{layer.title} cannot take {spec.label}: {outputs.shape_error or 'see its parts'}"
                    )
                spec = outputs.outputs[0]
                found.append((stem, layer))
                if len(found) > _MOST_LAYERS:
                    raise EditRefused(f"there are more than {_MOST_LAYERS:,} layers up to here")
        except DesignerError as error:
            raise EditRefused(f"line {row.line}: {error}") from error
    return tuple(found)


def _of_row(row: StatedRow, spec: TensorSpec) -> list[tuple[str, Layer]]:
    cls, count = row.operator.cls, _repeats(row)
    if cls.key == "conv_block" and row.cell(Column.C).casefold() in ("k", "classes"):
        cls = lookup("fully_connected")
    if cls.key == "fully_connected":
        *flat, (stem, layer) = _classifier(row, spec)
        return [*flat, (stem, with_more(layer, row.cell(Column.MORE)))]
    if cls.key == "global_average_pool":
        return [("pool", _pool(row, spec))]
    made: list[tuple[str, Layer]] = []
    for repeat in range(count):
        is_as_first = repeat > 0 and not row.hidden
        layer = (
            _squeezed(_with_stride_1(made[0][1]), row, spec, repeat)
            if is_as_first
            else _filled(cls(), row, spec, repeat)
        )
        outputs = facts(layer, (spec,)).outputs
        if outputs:
            spec = outputs[0]
        made.append((layer.key, layer))
    return made


def _with_stride_1(layer: Layer) -> Layer:
    return layer.with_parameter("stride", 1) if own_parameter(layer, "stride") is not None else layer


def _repeats(row: StatedRow) -> int:
    text = row.cell(Column.N) or "1"
    if re.fullmatch("[0-9]{1,3}", text) is None or not 1 <= int(text) <= _MOST_REPEATS:
        raise EditRefused(f"n is '{text}'; it takes 1 to {_MOST_REPEATS}")
    return int(text)


def _classifier(row: StatedRow, spec: TensorSpec) -> list[tuple[str, Layer]]:
    text = row.cell(Column.C)
    features = (
        CLASSES if text.casefold() in ("", "k", "classes") else FullyConnected.parameter("out_features").parse(text)
    )
    flat: list[tuple[str, Layer]] = [] if spec.is_vector else [("flatten", Flatten())]
    return [*flat, ("classifier", FullyConnected(features))]


def _pool(row: StatedRow, spec: TensorSpec) -> Layer:
    """An average over everything, unless its kernel is stated and smaller than the map."""
    kernel = row.operator.kernel or row.cell(Column.K)
    if not kernel:
        return GlobalAveragePool()
    size = AveragePool.parameter("kernel_size").parse(kernel)
    sides = size if isinstance(size, tuple) else (size, size)
    if sides == spec.sides:
        return GlobalAveragePool()
    return with_cell(AveragePool(size), Column.S, row.cell(Column.S) or "1", spec)


def _filled(layer: Layer, row: StatedRow, spec: TensorSpec, repeat: int) -> Layer:
    """A fresh layer with what a row says."""
    if not row.operator.has_norm and own_parameter(layer, "batch_norm") is not None:
        layer = layer.with_parameter("batch_norm", False).with_parameter("bias", True)
    if row.operator.kernel:
        layer = with_cell(layer, Column.K, row.operator.kernel, spec)
    if row.hidden:
        layer = layer.with_parameter("expansion", _channels(row.hidden) / spec.channels)
    elif row.operator.expansion:
        layer = with_cell(layer, Column.T, row.operator.expansion, spec)
    for column, text in row.cells:
        if column in (Column.N, Column.SE, Column.MORE, Column.C) or (column is Column.S and repeat):
            continue
        layer = with_cell(layer, column, text, spec)
    layer = with_more(layer, row.cell(Column.MORE))
    if row.cell(Column.C):
        layer = with_cell(layer, Column.C, row.cell(Column.C), spec)  # last: what comes out may hang on the others
    return _squeezed(layer, row, spec, repeat)


def _channels(text: str) -> int:
    if re.fullmatch("[0-9]{1,9}", text) is None or int(text) == 0:
        raise EditRefused(f"'{text}' is no number of channels")
    return int(text)


def _squeezed(layer: Layer, row: StatedRow, spec: TensorSpec, repeat: int) -> Layer:
    """With the squeeze-and-excite that a row says; a tick is MobileNetV3's quarter of the hidden channels."""
    text = row.cell(Column.SE)
    hidden = round(spec.channels * float(getattr(layer, "expansion", 1.0)))
    if text.casefold() in ("✓", "✔", "yes", "on"):
        text = str(round_channels(hidden / 4))
    elif not text and own_parameter(layer, "gate") is not None:
        text = str(max(1, spec.channels // 4))  # EfficientNet's, whose table leaves it out
    if not text:
        return layer
    several = [part.strip() for part in text.split(",")]
    return with_cell(layer, Column.SE, several[min(repeat, len(several) - 1)], spec)


def design_of(text: str, name: str = "Table") -> Design:
    """A whole network from a pasted table, laid out; its input is what the first row states, else 224² × 3.

    Raises:
        EditRefused: The text is no table, or a row cannot be computed; it says which line and why.
    """
    rows = parse(text)
    side, channels = rows[0].shape or (224, 3)
    entrance = Input(channels, side, side)
    layers = layers_of(rows, TensorSpec((1, channels, side, side)))
    number: dict[str, int] = {}
    named: list[tuple[str, Layer]] = [("input", entrance)]
    for stem, layer in layers:
        number[stem] = number.get(stem, 0) + 1
        named.append((f"{stem}_{number[stem]}", layer))
    return tidy(chain(name, [*named, ("output", Output())]))
