"""Problems of a design, as data: what, where, why, and what would fix it. Never raised."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from designer.graph.design import Design, NodeId, NodePath, PortRef

Edit = Callable[[Design], Design]


class Severity(Enum):
    """How bad it is."""

    ERROR = "error"
    """What is drawn contradicts itself; it cannot run."""
    WARNING = "warning"
    """It runs, but surely not as meant."""
    UNFINISHED = "to do"
    """Something is still to be drawn: nothing is wrong with what is there."""


def worst(issues: Iterable[Issue]) -> Severity:
    """The severity of the worst of some problems; there must be one."""
    order = list(Severity)
    return min((issue.severity for issue in issues), key=order.index)


@dataclass(frozen=True)
class Fix:
    """A fix that is one click away.

    Attributes:
        label: What the button says.
        edit: From the design with the problem to one without.
    """

    label: str
    edit: Edit


@dataclass(frozen=True)
class Issue:
    """One problem.

    Attributes:
        code: A stable word for its kind.
        severity: How bad it is.
        path: The node, through blocks; empty where it is the whole design's.
        what: What is wrong, in a few words.
        why: The reason, with the values in it.
        advice: What would fix it, in words.
        port: The input it is about, where it is one.
        fixes: Fixes that are one click away.
        runs_anyway: Whether the design runs while this is still to do.
    """

    code: str
    severity: Severity
    path: NodePath
    what: str
    why: str
    advice: str = ""
    port: PortRef | None = None
    fixes: tuple[Fix, ...] = ()
    runs_anyway: bool = False

    @property
    def is_blocking(self) -> bool:
        """Whether it keeps the design from running."""
        return self.severity is not Severity.WARNING and not self.runs_anyway

    @property
    def node(self) -> NodeId | None:
        """The outermost node it is at, or None for the whole design."""
        return self.path[0] if self.path else None

    @property
    def where(self) -> str:
        """The node as a person reads it."""
        return " / ".join(self.path) if self.path else "design"

    def line(self) -> str:
        """``NODE: what, where, why (what would fix it)``, one line."""
        place = f"at {self.port}" if self.port else f"at {self.where}"
        advice = f" ({self.advice})" if self.advice else ""
        return f"{self.where}: {self.what}, {place}, {self.why}{advice}"

    def inside(self, block: NodeId, lift: Callable[[Edit], Edit] | None = None) -> Issue:
        """The same problem seen from the design that holds the block.

        Args:
            block: The block's node.
            lift: From an edit of what is inside to one of the design that holds it; None where nothing inside can be
                edited, so that the fixes do not reach it.
        """
        fixes = tuple(replace(fix, edit=lift(fix.edit)) for fix in self.fixes) if lift is not None else ()
        return replace(self, path=(block, *self.path), fixes=fixes)
