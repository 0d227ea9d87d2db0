"""What is illustrated of a design: a block, nodes in a row, or the whole."""

from __future__ import annotations

from typing import NamedTuple

from designer.analysis.analysis import Analysis
from designer.graph.design import NodeId, NodePath
from designer.illustration.chain import Chain, block_chain, selection_chain
from designer.illustration.multiples import Multiples, whole_design
from designer.ui.views.design_tab import DesignTab


class Subject(NamedTuple):
    """What is illustrated.

    Attributes:
        path: The block that is shown, or the one that the nodes are in; empty for the design.
        nodes: The nodes; none for all that is there.
    """

    path: NodePath = ()
    nodes: tuple[NodeId, ...] = ()

    def read(self, analysis: Analysis) -> Chain | Multiples:
        """What it is now.

        Raises:
            IllustrationRefused: It cannot be drawn; the text says why.
            InvalidDesign: The design has problems.
        """
        if self.nodes:
            return selection_chain(analysis, self.nodes, self.path)
        return block_chain(analysis, self.path) if self.path else whole_design(analysis)


def chosen_subject(tab: DesignTab) -> Subject:
    """The one selected block, the selected nodes, or what is on the canvas."""
    selection = tab.selection
    if len(selection) == 1:
        node = tab.shown.design.nodes[selection[0]]
        return Subject((*tab.path, node.id)) if node.layer.is_block else Subject(tab.path)
    return Subject(tab.path, selection)
