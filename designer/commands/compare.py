"""Put designs side by side."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from designer.commands.console import DONE, PROBLEMS, add_json, analysis_of, pairs, print_json, say
from designer.errors import DesignerError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table")
    parser.add_argument("--report", type=Path, metavar="OUT.html", help="write one self-contained HTML page as well")
    parser.add_argument("--baseline", type=int, default=1, metavar="N", help="which file ratios refer to; 1")
    parser.add_argument(
        "--budget", action="append", default=[], metavar="NAME=VALUE", help="end with 1 where a design needs more"
    )
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME",
        help="a row for a target; --budget target=NAME is a limit",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.analysis.compare import compare, parse_budget
    from designer.export.tables import markdown
    from designer.files.outputs import refuse_loss
    from designer.targets.comparing import TARGET_ROW, with_targets
    from designer.targets.profile_files import target
    from designer.wording import short

    said = pairs([each for each in options.budget if not _names_target(each)], "--budget", "parameters=3.5e6")
    must_fit = [target(each.partition("=")[2].strip()) for each in options.budget if _names_target(each)]
    profiles = [target(name) for name in options.target]
    budgets = dict(parse_budget(f"{name}={value}") for name, value in said.items())
    if options.report is not None:
        refuse_loss(options.report, (".html", ".htm"), options.files)
    analyses = [analysis_of(file) for file in options.files]
    if not 1 <= options.baseline <= len(analyses):
        raise DesignerError(f"--baseline {options.baseline}: it takes the place of one of the files, from 1 up")
    table = compare(analyses, baseline=options.baseline - 1, budgets=budgets)
    table = with_targets(table, analyses, profiles, must_fit)
    status = DONE if table.holds_budgets else PROBLEMS
    for row in table.rows:
        if row.limit is None:
            continue
        for name, text, value, broken in zip(table.told_apart, row.texts, row.values, row.broken, strict=True):
            if value is None or broken:
                limit = "" if row.key.startswith(TARGET_ROW) else f", and the budget is {short(row.limit)}"
                say(f"{name}: {row.label if not limit else row.label.lower()} {text}{limit}")
    if options.report is not None:
        _write_report(options.report, analyses, table)
    if options.json:
        designs = [
            {"file": str(file), "name": name, **{row.key: row.values[index] for row in table.rows}}
            for index, (file, name) in enumerate(zip(options.files, table.names, strict=True))
        ]
        ratios = {row.key: list(row.ratios) for row in table.rows}
        best = {row.key: row.best for row in table.rows}
        over = {row.key: list(row.broken) for row in table.rows if row.limit is not None}
        print_json({"designs": designs, "ratios": ratios, "best": best, "over_budget": over})
        return status
    print(
        markdown(table) if options.markdown else _columns(table.told_apart, [(r.label, r.texts) for r in table.rows]),
        end="",
    )
    return status


def _names_target(budget: str) -> bool:
    return budget.partition("=")[0].strip() == "target"


def _write_report(path: Path, analyses: Sequence[Any], table: Any) -> None:
    from designer.export.report import Subject, html_report
    from designer.files.atomic import write_whole

    light, dark = _drawings(analyses)
    subjects = [Subject(*each) for each in zip(analyses, light, dark, strict=True)]
    write_whole(path, html_report(subjects, table).encode())


def _drawings(analyses: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Each design as SVG, in light colours and in dark; empty texts where nothing can be drawn."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # whatever a desktop has set: no display is needed, nor asked for
    from designer.ui.shell import system_libraries

    problem = system_libraries.problem()
    if problem is not None:
        say(f"the report has no pictures: {problem}")
        return [""] * len(analyses), [""] * len(analyses)
    from designer.ui.canvas.picture import svg_text
    from designer.ui.look.theme import DARK, LIGHT

    def drawn(look: Any) -> list[str]:
        return [svg_text(each.design, each, look) if each.design.nodes else "" for each in analyses]

    return drawn(LIGHT), drawn(DARK)


def _columns(names: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    lines = [("", *names), *((label, *texts) for label, texts in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        f"{line[0]:{widths[0]}}  {'  '.join(f'{cell:>{w}}' for cell, w in zip(line[1:], widths[1:], strict=True))}\n"
        for line in lines
    )
