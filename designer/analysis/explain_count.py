"""Where a count comes from, by the conventions of papers and tools.

Nothing is counted here: what is shown as a sum adds up to what the convention makes of it. A figure of this program
explains itself, see ``Figure.explain``.
"""

from __future__ import annotations

from designer.analysis.analysis import Analysis
from designer.analysis.conventions import Convention, Writing, count
from designer.analysis.explanation import Explanation, full, incomplete, inside, label_of, name_of, sum_texts, terms_of
from designer.graph.design import NodePath
from designer.wording import count as in_full


def explain_count(
    analysis: Analysis, convention: Convention, path: NodePath = (), writing: Writing = Writing.PUBLISHED
) -> Explanation:
    """What a counting convention makes of a design, a block or a node.

    Args:
        analysis: Of the whole design.
        convention: How to count.
        path: The node or block, through blocks; empty for the design.
        writing: How the model's code is taken to be written.

    Raises:
        KeyError: There is no such node, or its block's shapes are unknown.
    """
    within = inside(analysis, path)
    counted = count(analysis, convention, writing, path)
    nodes = [within.design.nodes[id] for id in within.design.order] if within is not None else []
    parts = [(label_of(node), counted.within((*path, node.id)), "", (*path, node.id)) for node in nodes]
    terms = terms_of(parts, in_full)
    notes = [*convention.quirks, f"The model's code: {writing.title}.", *incomplete(analysis)]
    return Explanation(
        f"{convention.title}: {convention.unit} of {name_of(analysis, path)}",
        counted.total,
        full(counted.total, convention.unit),
        *sum_texts(terms),
        terms,
        counted.counted,
        counted.not_counted,
        convention.source,
        tuple(notes),
    )
