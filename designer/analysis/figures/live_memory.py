"""A figure of the tensors that live at once: the most in any step, with what they are made of."""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.explanation import Explanation, Part, incomplete, inside, name_of, terms_of
from designer.analysis.figures.figure import ByteFigure
from designer.analysis.live_set import LiveTensor, largest_live_set
from designer.graph.design import NodePath
from designer.wording import UNKNOWN, plural


class LiveMemoryFigure(ByteFigure):
    """Bytes of the largest live set, of a design or while a node runs."""

    def bytes_of(self, tensor: LiveTensor) -> int:
        """What a tensor of the live set takes."""
        return tensor.bytes

    def detail(self, tensor: LiveTensor) -> str:
        """How that comes about."""
        raise NotImplementedError

    def design_notes(self, analysis: Analysis) -> tuple[str, ...]:
        """What else there is to say of the design's."""
        return ()

    def explain_live_set(self, analysis: Analysis, path: NodePath) -> Explanation:
        """The tensors that live together where most does."""
        inside(analysis, path)  # refuses a path that is none
        live = largest_live_set(analysis, path)
        if (path and analysis.at(path).cost is None) or (live is None and not path):
            return self.unknown(analysis, path)
        if live is None:
            notes: tuple[str, ...] = ("It is no step of its own: it brings in what the block is given.",)
            return self.explained(analysis, path, None, notes=notes, text=UNKNOWN)
        parts: list[Part] = [
            (
                f"{name_of(analysis, tensor.path)} {tensor.spec.label}",
                self.bytes_of(tensor),
                f"{self.detail(tensor)}; {_life(analysis, tensor)}",
                tensor.path,
            )
            for tensor in live.tensors
        ]
        terms = terms_of(parts, self.in_full)
        where = f"The most lives in the step of {name_of(analysis, live.path)}: {plural(len(terms), 'tensor')} at once."
        notes = (where, *incomplete(analysis), *(() if path else self.design_notes(analysis)))
        return self.explained(analysis, path, sum(term.value for term in terms), terms, notes)


def _life(analysis: Analysis, tensor: LiveTensor) -> str:
    if tensor.is_made_now:
        return "made in this step"
    return "what the design gives" if tensor.until is None else f"kept until {name_of(analysis, tensor.until)}"
