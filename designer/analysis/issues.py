"""Problems of a design, as data: what, where and why. Never raised; what would fix one is asked for by its code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from designer.graph.design import NodeId, NodePath, PortRef
from designer.issue_code import IssueCode


class Severity(Enum):
    """How bad it is."""

    ERROR = "error"
    """What is drawn contradicts itself; it cannot run."""
    WARNING = "warning"
    """It runs, but surely not as meant."""
    UNFINISHED = "to do"
    """Something is still to be drawn: nothing is wrong with what is there."""
    HINT = "hint"
    """It runs as meant; on the target that was chosen it would run better, or only, otherwise."""


def worst(issues: Iterable[Issue]) -> Severity:
    """The severity of the worst of some problems; there must be one."""
    order = list(Severity)
    return min((issue.severity for issue in issues), key=order.index)


@dataclass(frozen=True)
class Issue:
    """One problem.

    Attributes:
        code: Its kind.
        severity: How bad it is.
        path: The node, through blocks; empty where it is the whole design's.
        what: What is wrong, in a few words.
        why: The reason, with the values in it.
        advice: What would fix it, in words, where that is always the same.
        port: The input it is about, where it is one.
        output: The output it is about, where it is one.
        runs_anyway: Whether the design runs while this is still to do.
    """

    code: IssueCode
    severity: Severity
    path: NodePath
    what: str
    why: str
    advice: str = ""
    port: PortRef | None = None
    output: PortRef | None = None
    runs_anyway: bool = False

    @property
    def is_blocking(self) -> bool:
        """Whether it keeps the design from running."""
        return self.severity not in (Severity.WARNING, Severity.HINT) and not self.runs_anyway

    @property
    def node(self) -> NodeId | None:
        """The outermost node it is at, or None for the whole design."""
        return self.path[0] if self.path else None

    @property
    def where(self) -> str:
        """The node as a person reads it."""
        return " / ".join(self.path) if self.path else "design"

    def inside(self, block: NodeId) -> Issue:
        """The same problem seen from the design that holds the block."""
        return replace(self, path=(block, *self.path))
