"""Print a network as its paper's table, or build one from a table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from designer.commands.console import DONE, add_json, pairs, print_json
from designer.errors import DesignerError

_TEXTS = (".md", ".tsv", ".txt")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("source", metavar="SOURCE", help="a design, a template, or a table in .md, .tsv or .txt")
    parser.add_argument("--format", choices=("markdown", "latex", "tsv"), default="markdown")
    parser.add_argument("--costs", action="store_true", help="columns of parameters and MACs")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the template")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the design; ends in .design.json")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.analysis.analysis import analyse
    from designer.commands.console import say
    from designer.files.design_json import SUFFIX, save
    from designer.files.outputs import refuse_loss
    from designer.stage_table.columns import Column
    from designer.stage_table.formats import TableFormat, formatted
    from designer.stage_table.reading import read

    design = _design(options)
    if options.output is not None:
        refuse_loss(options.output, (SUFFIX,))
        save(design, options.output)
    table = read(analyse(design))
    if options.json:
        rows = [
            {
                "nodes": list(row.ids),
                **{
                    each.name.lower(): row.text(each) for each in Column if each not in (Column.PARAMETERS, Column.MACS)
                },
                "parameters": row.number(Column.PARAMETERS),
                "macs": row.number(Column.MACS),
                "reason": row.reason,
            }
            for row in table.rows
        ]
        print_json({"name": design.name, "rows": rows, "is_sequence": table.is_sequence})
        return DONE
    print(formatted(table, TableFormat(options.format), options.costs, design.name), end="")
    say(*(row.reason for row in table.rows if row.reason))
    return DONE


def _design(options: argparse.Namespace) -> Any:
    from designer.commands.console import design_of
    from designer.stage_table.parsing import design_of as design_of_text
    from designer.templates.networks import template, templates

    path = Path(options.source)
    if options.source in {each.key for each in templates()}:
        return template(options.source).build(**pairs(options.set, "--set", "width=0.5"))
    if options.set:
        raise DesignerError("--set is a setting of a template, and no template is named")
    if path.suffix.lower() in _TEXTS:
        return design_of_text(_text(path), path.stem)
    if not path.exists() and "." not in options.source and "/" not in options.source:
        return template(options.source)  # which says what was meant
    return design_of(path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DesignerError(f"{path} cannot be read as text: {error}") from error
