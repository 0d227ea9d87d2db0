"""What a figure is: everything that any surface asks about one.

Tiles, the table of the graph, the heat map, search, the comparison, the command line, reports, explanations and Help
iterate over the figures of the registry and ask them; none of them knows a figure by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Flag, auto
from typing import ClassVar

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, Term, full, inside, name_of, sum_texts
from designer.analysis.fixes import problems
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.graph.design import NodePath
from designer.wording import UNKNOWN, count, memory, ratio, short, signed

Number = int | float


class Scope(Flag):
    """Of what a figure is."""

    DESIGN = auto()
    NODE = auto()
    BOTH = DESIGN | NODE


class Figure:
    """One figure: a class in a file of its own, decorated with ``register``.

    Attributes:
        key: Its word in files, on the command line, in budgets and in searches; never changes once published.
        title: Its name where there is room.
        label: Its name where there is little; the title unless said.
        node_label: Its name where it is a node's; the label unless said.
        unit: What it is counted in, in words.
        symbol: The unit in short, or an empty text.
        help: What it is, in half a sentence.
        meaning: How it is defined, in sentences.
        counted: What is counted, one line each.
        not_counted: What might be expected to count and does not, one line each.
        source: Whose definition it is.
        order: Where it stands among the others, from the smallest.
        scope: Of what it is.
        is_headline: Whether it is shown without being asked for, where there is room for few.
        is_measured: Whether it is had from a measurement; else it is had from the analysis.
        is_quantity: Whether ratios and budgets of it make sense.
        less_is_better: Whether the least is the best.
        needs_every_shape: Whether the design's is unknown while any node's shape is; else it does without.
        adds_up: Whether nodes' figures sum to the design's.
        follows_conventions: Whether tools have conventions of their own to count it by.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    label: ClassVar[str] = ""
    node_label: ClassVar[str] = ""
    unit: ClassVar[str] = ""
    symbol: ClassVar[str] = ""
    help: ClassVar[str] = ""
    meaning: ClassVar[str] = ""
    counted: ClassVar[tuple[str, ...]] = ()
    not_counted: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = ""
    order: ClassVar[int] = 0
    scope: ClassVar[Scope] = Scope.BOTH
    is_headline: ClassVar[bool] = True
    is_measured: ClassVar[bool] = False
    is_quantity: ClassVar[bool] = True
    less_is_better: ClassVar[bool] = True
    needs_every_shape: ClassVar[bool] = True
    adds_up: ClassVar[bool] = False
    follows_conventions: ClassVar[bool] = False

    # How it is had ----------------------------------------------------------------------------------------------------

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """The design's figure, as far as shapes are known; None where it is unknown."""
        raise NotImplementedError

    def of_node(self, analysis: Analysis, path: NodePath, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """A node's or block's figure; None where it is unknown.

        Args:
            analysis: Of the design that the path begins in.
            path: The node, through blocks.
            measured: What was measured of it.

        Raises:
            KeyError: There is no such node, or its block's shapes are unknown.
        """
        raise NotImplementedError

    def known_of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """The design's figure; None where a shape that it needs is unknown."""
        if self.needs_every_shape and not analysis.totals.complete:
            return None
        return self.of_design(analysis, measured)

    # How it is worded -------------------------------------------------------------------------------------------------

    def words(self, value: Number) -> str:
        """A value in few letters."""
        return short(value)

    def in_full(self, value: Number) -> str:
        """A value with every digit that says something."""
        return count(round(value))

    def said(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> str:
        """The design's figure as people read it, with what there is to say of it in passing; ``–`` where unknown."""
        value = self.known_of_design(analysis, measured)
        return UNKNOWN if value is None else self.words(value)

    def said_in_full(self, analysis: Analysis) -> str:
        """The design's figure with every digit that says something; ``–`` where unknown."""
        value = self.known_of_design(analysis)
        return UNKNOWN if value is None else self.in_full(value)

    def note(self, analysis: Analysis) -> str:
        """What stands below the design's figure: a figure beside it, or its conditions."""
        return ""

    def tip(self, analysis: Analysis) -> str:
        """The design's figure in full, for who asks."""
        value = self.of_design(analysis)
        if value is None or not self.is_quantity:
            return self.said(analysis)
        return f"{count(round(value))} {self.unit}"

    # How it compares --------------------------------------------------------------------------------------------------

    def ratios(
        self, values: Sequence[Number | None], measured: Sequence[Measured], baseline: int
    ) -> tuple[float | None, ...]:
        """Each value by the baseline's; None where either is unknown, the baseline's is 0, or it is no quantity."""
        base = values[baseline]
        return tuple(None if value is None or not base or not self.is_quantity else value / base for value in values)

    def best(self, values: Sequence[Number | None], measured: Sequence[Measured], baseline: int) -> int | None:
        """Place of the smallest value, where less is better; None where two share it or fewer than two are known."""
        known = [value for value in values if value is not None]
        if not self.less_is_better or len(known) < 2 or known.count(min(known)) > 1:
            return None
        return list(values).index(min(known))

    def comparison_note(self, measured: Measured) -> str:
        """What a measurement says of a design's figure against the baseline's, or an empty text."""
        return ""

    def change(self, value: Number, before: Number) -> str:
        """How much more or less a value is, and how many times as much: ``+1.2 k ×1.3``."""
        if value == before:
            return "no change"
        share = f" {ratio(value / before)}" if before and self.is_quantity else ""
        return self.difference(value, before) + share

    def difference(self, value: Number, before: Number) -> str:
        """How much more or less a value is."""
        return signed(value - before, self.words) if self.is_quantity else f"was {self.words(before)}"

    # How it is explained ----------------------------------------------------------------------------------------------

    def explain(self, analysis: Analysis, path: NodePath = ()) -> Explanation:
        """Where it comes from; of the design, where nodes have none.

        Args:
            analysis: Of the whole design.
            path: The node or block, through blocks; empty for the design.

        Raises:
            KeyError: There is no such node, or its block's shapes are unknown.
        """
        inside(analysis, path)  # refuses a path that is none
        value = self.known_of_design(analysis)
        if value is None:
            return self.unknown(analysis, ())
        return self.explained(analysis, (), value, text="" if self.is_quantity else self.said(analysis))

    def explained(
        self,
        analysis: Analysis,
        path: NodePath,
        value: Number | None,
        terms: tuple[Term, ...] = (),
        notes: tuple[str, ...] = (),
        formula: tuple[str, str] | None = None,
        text: str = "",
    ) -> Explanation:
        """An explanation with what is counted and what is not.

        Args:
            analysis: Of the whole design.
            path: What is explained.
            value: The figure, or None where it is unknown.
            terms: Its parts.
            notes: What else there is to say.
            formula: In symbols and in numbers; the sum of the parts unless said.
            text: The figure as people read it; its digits and unit unless said.
        """
        symbols, numbers = sum_texts(terms) if formula is None else formula
        return Explanation(
            self.title_of(name_of(analysis, path), path),
            value,
            text or full(None if value is None else round(value), self.unit),
            symbols,
            numbers,
            terms,
            self.counted,
            self.not_counted,
            self.source,
            notes,
        )

    def title_of(self, name: str, path: NodePath) -> str:
        """``MACs of depthwise``."""
        return f"{self.title} of {name}"

    def unknown(self, analysis: Analysis, path: NodePath) -> Explanation:
        """What is said where it is unknown: why."""
        issues = [each.line() for each in problems(analysis) if not path or each.path[: len(path)] == path]
        notes = ("It is unknown, because a shape on the way is.", *issues)
        return self.explained(analysis, path, None, notes=notes, text=UNKNOWN)


class ByteFigure(Figure):
    """A figure in bytes."""

    unit = "bytes"
    symbol = "B"

    def words(self, value: Number) -> str:
        """``3.61 MB``."""
        return memory(value)

    in_full = words
