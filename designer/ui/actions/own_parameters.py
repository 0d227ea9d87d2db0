"""Parameters of a group, formulas of its fields, conditions of its parts: asked for, and kept in one undo step each."""

from __future__ import annotations

from designer.edit.document import Command, Edit
from designer.edit.edits import set_condition, set_formula
from designer.edit.inside import lifted
from designer.errors import DesignerError
from designer.graph.design import Design, NodeId
from designer.graph.parameter import Parameter
from designer.ui.actions.action import Context
from designer.ui.panels.formula_names import formula_names
from designer.ui.workbench.workbench import Workbench


def group_in_question(bench: Workbench) -> NodeId | None:
    """The one selected group; None where it is the one that is open, or there is none."""
    document, chosen = bench.document, bench.selection
    if document is None or len(chosen) != 1 or chosen[0] not in document.design.nodes:
        return None
    return chosen[0] if document.design.nodes[chosen[0]].body is not None else None


def has_group(context: Context) -> bool:
    """Whether a group is selected, or the inside of one is shown and can be edited."""
    bench = context.bench
    document = bench.document
    return document is not None and document.is_editable and (_is_open(bench) or group_in_question(bench) is not None)


def _is_open(bench: Workbench) -> bool:
    return bool(formula_names(bench.document))


def ask_for_parameters(context: Context) -> None:
    """Show the parameters of the selected group, or of the one that is open."""
    from designer.ui.dialogs.own_parameters_dialog import OwnParametersDialog

    bench, document = context.bench, context.bench.document
    if document is None:
        return
    id = group_in_question(bench)
    body = document.design if id is None else document.design.nodes[id].body
    if body is None:
        return

    def keep(parameters: tuple[Parameter, ...]) -> None:
        def edit(design: Design) -> Design:
            return design.parametrised(parameters)

        document.apply(Command(f"Parameters of {body.name}", edit if id is None else lifted((id,), edit)))

    OwnParametersDialog(body.name, body.parameters, keep, context.window).open()


def ask_for_formula(bench: Workbench, field: str) -> None:
    """Ask what a field of the selection follows from; an empty text takes the formula away."""
    document, ids = bench.document, tuple(bench.selection)
    if document is None or not ids or not formula_names(document):
        return
    node = document.design.nodes[ids[0]]
    label = node.layer.parameter(field).label
    names = ", ".join(formula_names(document))
    text = bench.ask.text(f"Formula of {label.lower()}", f"Over {names}; empty for none", node.formula(field))
    if text is None:
        return
    formula = text.strip().removeprefix("=").strip()
    _apply(bench, f"Formula of {label.lower()}", lambda design: set_formula(design, ids, field, formula))


def can_be_conditional(context: Context) -> bool:
    """Whether nodes inside a group are selected that something can pass."""
    return bool(context.bench.selection) and _is_open(context.bench)


def ask_for_condition(context: Context) -> None:
    """Ask when the selected nodes are there; an empty text lets them always be."""
    bench, document, ids = context.bench, context.bench.document, tuple(context.bench.selection)
    if document is None or not ids:
        return
    present = document.design.nodes[ids[0]].condition
    names = ", ".join(formula_names(document))
    text = bench.ask.text("There only if", f"s == 1 and c == in, say; over {names}; empty for always", present)
    if text is None:
        return
    condition = text.strip().removeprefix("=").strip()
    _apply(bench, "Condition", lambda design: set_condition(design, ids, condition))


def _apply(bench: Workbench, label: str, edit: Edit) -> None:
    document = bench.document
    if document is None:
        return
    try:
        document.apply(Command(label, edit))
    except DesignerError as error:
        bench.ask.tell(label, str(error))
