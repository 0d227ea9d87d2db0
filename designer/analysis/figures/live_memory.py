"""A figure of the tensors that live at once: the most in any step, with what they are made of."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, Part, incomplete, inside, name_of, terms_of
from designer.analysis.figures.figure import ByteFigure
from designer.analysis.memory_timeline import LiveSet, Span, memory_timeline_of
from designer.graph.design import NodePath
from designer.wording import UNKNOWN, plural


class LiveMemoryFigure(ByteFigure):
    """Bytes of the largest live set, of a design or while a node runs."""

    def bytes_of(self, span: Span) -> int:
        """What a tensor of the live set takes."""
        return span.bytes

    def detail(self, span: Span) -> str:
        """How that comes about."""
        raise NotImplementedError

    def design_notes(self, analysis: Analysis) -> tuple[str, ...]:
        """What else there is to say of the design's."""
        return ()

    def explain_live_set(self, analysis: Analysis, path: NodePath) -> Explanation:
        """The tensors that live together where most does."""
        inside(analysis, path)  # refuses a path that is none
        live = memory_timeline_of(analysis).largest_live_set(path)
        if (path and analysis.at(path).cost is None) or (live is None and not path):
            return self.unknown(analysis, path)
        if live is None:
            notes: tuple[str, ...] = ("It is no step of its own: it brings in what the block is given.",)
            return self.explained(analysis, path, None, notes=notes, text=UNKNOWN)
        parts: list[Part] = [
            (
                f"{name_of(analysis, span.path)} {span.spec.label}",
                self.bytes_of(span),
                f"{self.detail(span)}; {_life(analysis, span, live)}",
                span.path,
            )
            for span in live.spans
        ]
        terms = terms_of(parts, self.in_full)
        runs = name_of(analysis, live.step.path)
        where = f"The most lives in the step of {runs}: {plural(len(terms), 'tensor')} at once."
        notes = (where, *incomplete(analysis), *(() if path else self.design_notes(analysis)))
        return self.explained(analysis, path, sum(term.value for term in terms), terms, notes)


def _life(analysis: Analysis, span: Span, live: LiveSet) -> str:
    if span.path == live.step.path:
        return "made in this step"
    return "what the design gives" if span.until is None else f"kept until {name_of(analysis, span.until)}"
