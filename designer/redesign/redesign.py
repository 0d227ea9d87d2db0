"""What an edit that asks what shapes are gives: the design it makes, and what it left as it is, with the reason.

Edits of ``designer.edit`` know no shapes. These do, so they stand above the analysis; each is a function from an
analysis to a ``Redesign``, which a dialog shows and a command writes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from designer.analysis.analysis import Analysis, analyse
from designer.edit.inside import drawn_inside
from designer.errors import EditRefused
from designer.graph.design import Design, Node, NodeId, NodePath
from designer.graph.layer import Layer
from designer.graph.option_set import OptionSet
from designer.graph.tensor import TensorSpec
from designer.layers.blocks import Group


@dataclass(frozen=True)
class Left:
    """A node that an edit left as it is.

    Attributes:
        path: The node, through groups.
        reason: Why, in words.
    """

    path: NodePath
    reason: str

    def line(self) -> str:
        """``bottleneck_2: why``."""
        return f"{' / '.join(self.path)}: {self.reason}"


@dataclass(frozen=True)
class Redesign:
    """What an edit makes.

    Attributes:
        after: The new design with what it means.
        left: What stays as it is, with the reasons.
        notes: What else to know, a sentence each.
    """

    after: Analysis
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def design(self) -> Design:
        """The new design."""
        return self.after.design


@dataclass(frozen=True)
class Tick:
    """Something that an edit may do or leave, as the person chooses.

    Attributes:
        text: What it is.
        is_proposed: Whether it is chosen unless the person says otherwise.
    """

    text: str
    is_proposed: bool


@dataclass(frozen=True)
class Offer:
    """One of the words that an option takes.

    Attributes:
        value: The word.
        title: What a person reads.
    """

    value: str
    title: str


class RepeatedEdit(ABC):
    """An edit that designers repeat; each has one instance in ``designer.redesign.edits``.

    Class attributes: ``key`` (word on the command line), ``title`` (in menus, and the undo step's name), ``help`` (one
    sentence), ``source`` (of its rule, empty where there is none), ``options`` (what can be chosen), ``takes_all``
    (whether it means every node where nothing is selected; otherwise something must be selected), ``slices_weights``
    (whether weights beside the design go along, which is done where they can be read), ``means_whole`` (whether it is
    of the whole design, whatever is selected).
    """

    key: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    source: ClassVar[str] = ""
    options: ClassVar[type[OptionSet]]
    takes_all: ClassVar[bool] = True
    slices_weights: ClassVar[bool] = False
    means_whole: ClassVar[bool] = False

    def ticks(self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet) -> tuple[Tick, ...]:
        """What can be ticked one by one; nothing for most edits."""
        return ()

    def offers(self, name: str, analysis: Analysis, ids: Collection[NodeId]) -> tuple[Offer, ...]:
        """The words that an option takes here; nothing where it is no word."""
        return ()

    def label(self, options: OptionSet) -> str:
        """What the undo step is called."""
        return self.title

    @abstractmethod
    def redesign(
        self, analysis: Analysis, ids: Collection[NodeId], options: OptionSet, ticked: Sequence[int] | None = None
    ) -> Redesign:
        """The design after the edit.

        Args:
            analysis: Of the design, or of what is inside the group that is open.
            ids: The selected nodes; none means all where ``takes_all``.
            options: What was chosen.
            ticked: Places of the ticks that are chosen; those that are proposed where None.

        Raises:
            DesignerError: It cannot be done; the text says why and what would help.
        """

    def chosen(self, analysis: Analysis, ids: Collection[NodeId]) -> tuple[NodeId, ...]:
        """The nodes that are meant, in order of execution.

        Raises:
            EditRefused: Nothing is selected, and this edit needs a selection; or there is no node of an id.
        """
        wanted = {analysis.design.node(id).id for id in ids}
        if not wanted and not self.takes_all:
            raise EditRefused(f"{self.title}: nothing is selected; select the nodes that are meant")
        return tuple(id for id in analysis.design.order if not wanted or id in wanted)


def drawn_nodes(
    analysis: Analysis, ids: Collection[NodeId], prefix: NodePath = ()
) -> Iterator[tuple[NodePath, Node, tuple[TensorSpec, ...] | None]]:
    """Nodes that can be edited, in order of execution, groups' own behind them: path, node, the shapes that reach it.

    Shapes are N×C×H×W each; None where one of them is unknown.
    """
    for id in analysis.design.order:
        if id not in ids:
            continue
        node, report = analysis.design.nodes[id], analysis.node(id)
        yield (*prefix, id), node, report.known_inputs
        if drawn_inside(node) is not None and report.inner is not None:
            yield from drawn_nodes(report.inner, report.inner.design.nodes, (*prefix, id))


def with_layers(design: Design, layers: Mapping[NodePath, Layer]) -> Design:
    """The design with other layers at these paths, through groups.

    Raises:
        EditRefused: There is no node at a path.
    """
    here: dict[NodeId, Layer] = {}
    inside: dict[NodeId, dict[NodePath, Layer]] = {}
    for path, layer in layers.items():
        if len(path) == 1:
            here[path[0]] = layer
        else:
            inside.setdefault(path[0], {})[path[1:]] = layer
    for id, within in inside.items():
        layer, body = design.node(id).layer, drawn_inside(design.node(id))
        if body is None or not isinstance(layer, Group):
            raise EditRefused(f"{id} is no group: nothing was drawn inside that could be edited")
        here[id] = layer.with_body(with_layers(body, within))
    return design.replacing([replace(design.node(id), layer=layer) for id, layer in here.items()])


def analysed(design: Design, before: Analysis) -> Analysis:
    """What a design means in the place where another one stood: fed as that one was."""
    return analyse(design, before, before.batch, before.given)


def require_sound(before: Analysis, after: Analysis, title: str) -> None:
    """Refuse an edit that makes what ran run no longer.

    Raises:
        EditRefused: There is a problem that was not there; the text names it and where it is.
    """
    known = {(issue.path, issue.code) for issue in before.issues}
    for issue in after.issues:
        if issue.is_blocking and (issue.path, issue.code) not in known:
            place = " / ".join(issue.path) or after.design.name
            raise EditRefused(f"{title} is not possible: at {place}, {issue.what}; {issue.why}")
