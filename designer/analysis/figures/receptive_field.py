"""Receptive field: how much of the input one position of an output sees."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, Part, name_of, terms_of
from designer.analysis.field_origin import Growth, field_at, field_origin, last_bounded_node
from designer.analysis.figures.figure import Figure, Number
from designer.analysis.figures.registry import register
from designer.analysis.measured import NOTHING_MEASURED, Measured
from designer.analysis.receptive_field import ReceptiveField
from designer.graph.design import NodePath
from designer.graph.formula import constant, quantity
from designer.wording import UNKNOWN, count, plural, signed


@register
class ReceptiveFieldFigure(Figure):
    """Side of the square of input pixels that one position depends on."""

    key = "receptive_field"
    title = "Receptive field"
    unit = "pixels across"
    symbol = "px"
    help = "How many input pixels, across, one position of the output depends on"
    meaning = (
        "how many input pixels, across, one output position depends on, along the way that sees most; ways that meet "
        "and are padded differently can see more together."
    )
    counted = ("1 for the position itself", "(extent − 1) · jump for each window on the way that sees most")
    not_counted = (
        "how much each pixel weighs: those in the middle count for more",
        "what ways that meet see together: of several, the one that sees most stands for all, though padding can "
        "lead them to other pixels",
    )
    source = "Araujo et al. 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill, eq. 2"
    order = 110
    is_headline = False
    less_is_better = False
    needs_every_shape = False

    def of_design(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """That of the last node that does not see everything."""
        node = last_bounded_node(analysis)
        return _across(analysis.receptive_field(node)) if node is not None else None

    def of_node(self, analysis: Analysis, path: NodePath, measured: Measured = NOTHING_MEASURED) -> Number | None:
        """None where it is unknown, and where everything is seen."""
        return _across(field_at(analysis, path)) if analysis.at(path).known_inputs is not None else None

    def words(self, value: Number) -> str:
        return f"{value} px"

    in_full = words

    def said(self, analysis: Analysis, measured: Measured = NOTHING_MEASURED) -> str:
        """Rows and columns, which may differ."""
        node = last_bounded_node(analysis)
        return UNKNOWN if node is None else analysis.receptive_field(node).label

    def difference(self, value: Number, before: Number) -> str:
        return signed(round(value - before), count)

    def explain(self, analysis: Analysis, path: NodePath = ()) -> Explanation:
        last = last_bounded_node(analysis)
        target = path or ((last,) if last is not None else ())
        if not target or analysis.at(target).known_inputs is None:
            return self.unknown(analysis, path)
        origin = field_origin(analysis, target)
        size = origin.field.size
        if size is None:
            seer = name_of(analysis, origin.sees_everything_at or target)
            notes: tuple[str, ...] = (f"From {seer} on, each output sees every position of the input.",)
            return self.explained(analysis, path, None, notes=notes, text="all of the input")
        parts: list[Part] = [("the position itself", 1, "", None)]
        parts += [(name_of(analysis, each.path), each.pixels, _window(each), each.path) for each in origin.growths]
        notes = (f"Neighbouring positions of its output are {plural(origin.field.jump[1], 'input pixel')} apart.",)
        if last is not None and not path and analysis.design.successors[last]:
            notes = (f"It is that of {name_of(analysis, target)}: what follows sees every position.", *notes)
        return self.explained(analysis, path, size[1], terms_of(parts, count), notes)


def _across(field: ReceptiveField) -> int | None:
    return None if field.size is None else field.size[1]


def _window(growth: Growth) -> str:
    window = growth.window
    taps = quantity("k", window.kernel[1]) - constant(1)
    spread = taps if window.dilation[1] == 1 else taps * quantity("d", window.dilation[1])
    return (spread * quantity("jump", growth.jump)).line("pixels")
