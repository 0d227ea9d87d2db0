"""The File menu: designs come, are kept, and leave."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from designer.templates.table import Template
from designer.ui.actions import exporting, importing
from designer.ui.actions.action import Action, Context, Menu, over_window
from designer.ui.actions.questions import has_design, has_page, is_valid
from designer.ui.compare.member import MOST, of_design
from designer.ui.workbench.workbench import Workbench


def _close(context: Context) -> None:
    if context.bench.page is not None:
        context.bench.close_page(context.bench.page)


def new_from_template(bench: Workbench, parent: QWidget, template: Template | None = None) -> None:
    """Ask for a template and its settings, and open what it builds."""
    from designer.ui.dialogs.template_dialog import TemplateDialog  # so that the window stands sooner

    dialog = TemplateDialog(template, parent, MOST)
    dialog.built.connect(lambda design: bench.open_design(design, is_saved=False))
    dialog.compared.connect(lambda designs: bench.compare([of_design(each, "template") for each in designs]))
    dialog.open()


FILE_ACTIONS: tuple[Action, ...] = (
    Action(
        "new",
        Menu.FILE,
        "&New",
        lambda c: c.bench.new(),
        ("Ctrl+N",),
        "An empty design in a tab of its own",
    ),
    Action(
        "new_from_template",
        Menu.FILE,
        "New from &template…",
        over_window(new_from_template),
        ("Ctrl+Shift+N",),
        "A whole network or a block, with settings of your choice",
    ),
    Action("open", Menu.FILE, "&Open…", lambda c: c.bench.open(), ("Ctrl+O",), "Open designs", starts_section=True),
    Action(
        "import_network",
        Menu.FILE,
        "I&mport network…",
        over_window(importing.import_network),
        ("Ctrl+Shift+O",),
        "A network from ONNX or PyTorch: drawn in blocks, with its weights, and run beside the original",
    ),
    Action(
        "show_import",
        Menu.FILE,
        "What the import &found…",
        over_window(importing.show_import),
        (),
        "What was understood of the imported network, what was rewritten, and the proof",
        importing.has_import,
    ),
    Action(
        "save", Menu.FILE, "&Save", lambda c: c.bench.save(), ("Ctrl+S",), "Save the design", has_design, None, True
    ),
    Action(
        "save_as",
        Menu.FILE,
        "Save &as…",
        lambda c: c.bench.save_as(),
        ("Ctrl+Shift+S",),
        "Save the design under another name",
        has_design,
    ),
    Action(
        "import_weights",
        Menu.FILE,
        "&Import weights…",
        over_window(exporting.import_weights),
        (),
        "Take weights from a .safetensors file or a checkpoint; they lie beside the design and go into exports",
        is_valid,
        starts_section=True,
    ),
    Action(
        "export",
        Menu.FILE,
        "&Export…",
        over_window(exporting.export),
        ("Ctrl+E",),
        "ONNX, eight bits, source, weights, files for phones: written, run, and held against the PyTorch module",
        has_design,
    ),
    Action(
        "export_source",
        Menu.FILE,
        "Export P&yTorch source…",
        lambda c: exporting.export(c.bench, c.window, "pytorch"),
        (),
        "One readable Python file whose module computes the same, bit for bit",
        has_design,
    ),
    Action(
        "export_table",
        Menu.FILE,
        "Export table of &layers…",
        lambda c: exporting.export(c.bench, c.window, "latex"),
        (),
        "The layers as papers print them, for LaTeX or Markdown",
        has_design,
    ),
    Action(
        "export_picture",
        Menu.FILE,
        "Export &picture…",
        over_window(exporting.export_picture),
        (),
        "The canvas or the selection as PNG, SVG or PDF, with a preview",
        has_design,
    ),
    Action(
        "print",
        Menu.FILE,
        "P&rint…",
        over_window(exporting.print_picture),
        ("Ctrl+P",),
        "The canvas on one page",
        has_design,
    ),
    Action("close", Menu.FILE, "&Close tab", _close, ("Ctrl+W",), "Close this tab", has_page, starts_section=True),
    Action("quit", Menu.FILE, "&Quit", lambda c: c.window.close(), ("Ctrl+Q",), "Close the window"),
)
