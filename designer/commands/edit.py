"""Edit a design: widths to multiples, strides dropped, scaled, blocks replaced, channels pruned."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from designer.commands.console import DONE, Parser, add_file, add_json, analysis_of, print_json
from designer.commands.flags import add_flag, said
from designer.errors import DesignerError

_MOST_WEIGHT_BYTES = 8 * 2**30


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    from designer.redesign.edits import EDITS

    add_file(parser)
    edits = parser.add_subparsers(metavar="EDIT", dest="edit", required=True, parser_class=Parser)
    for each in EDITS:
        words = " ".join(part for part in (each.help, f"Source: {each.source}." if each.source else "") if part)
        one = edits.add_parser(each.key, help=each.title, description=words.replace("%", "%%"))
        for parameter in each.options.parameters:
            add_flag(one, parameter)
        needs = "all" if each.takes_all else "all of the kind that goes"
        one.add_argument("--node", action="append", default=[], metavar="ID", help=f"a node that is meant; {needs}")
        one.add_argument(
            "--tick", metavar="N,N", help="which of what is listed, by place; what is proposed if not said"
        )
        one.add_argument("--list", action="store_true", help="list what can be ticked, and write nothing")
        one.add_argument("-o", "--output", type=Path, metavar="OUT", help="ends in .design.json; may be FILE itself")
        add_json(one)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.files.design_json import SUFFIX, save
    from designer.files.outputs import refuse_loss
    from designer.files.sidecar import carried_weights
    from designer.redesign.edits import edit_of

    edit = edit_of(options.edit)
    chosen = edit.options.from_texts(said(options, [parameter.name for parameter in edit.options.parameters]))
    analysis = analysis_of(options.file)
    nodes = options.node or ([] if edit.takes_all else list(analysis.design.nodes))
    if options.list:
        return _list(edit.ticks(analysis, nodes, chosen), options.json)
    if options.output is None:
        raise DesignerError("say -o OUT, which may be FILE itself; or --list to see what can be ticked")
    refuse_loss(options.output, (SUFFIX, ".json"))
    ids = edit.chosen(analysis, nodes)
    weights = carried_weights(options.file) if edit.slices_weights else None
    if weights is None:
        made = edit.redesign(analysis, ids if nodes else (), chosen, _places(options.tick))
        _carry_along(options.file, options.output)
    else:
        made = _with_weights(analysis, ids, chosen, weights, options.output)
    save(made.design, options.output)
    _report(analysis, made, options)
    return DONE


def _carry_along(before: Path, after: Path) -> None:
    """Weights that lie beside the design go with it to another file; what the edit changed is fresh there."""
    from designer.files.atomic import read_whole, write_whole
    from designer.files.sidecar import carried_weights, weights_beside

    weights, place = carried_weights(before), weights_beside(after)
    if weights is not None and weights != place:
        write_whole(place, read_whole(weights, _MOST_WEIGHT_BYTES))


def _with_weights(analysis: Any, ids: Any, chosen: Any, weights: Path, output: Path) -> Any:
    """What an edit makes that slices weights along; they are written beside the output."""
    from designer.analysis.analysis import analyse
    from designer.files.design_json import loads
    from designer.files.sidecar import weights_beside
    from designer.redesign.redesign import Redesign
    from designer.runtime.compile.redesigning import redesign_with_weights

    report = redesign_with_weights(analysis.design, ids, chosen, weights=weights, path=weights_beside(output))
    left = tuple(f"stays: {line}" for line in report.left)
    notes = (*left, f"Weights: {report.said}; written to {report.weights}.")
    return Redesign(analyse(loads(report.design, str(output))), notes=notes)


def _list(ticks: Any, as_json: bool) -> int:
    if as_json:
        print_json({"ticks": [{"text": each.text, "proposed": each.is_proposed} for each in ticks]})
        return DONE
    for place, each in enumerate(ticks, 1):
        print(f"{place} [{'x' if each.is_proposed else ' '}] {each.text}")
    return DONE


def _places(text: str | None) -> tuple[int, ...] | None:
    """Places from 1 as a person counts them, as places from 0."""
    if text is None:
        return None
    words = text.replace(",", " ").split()
    if not all(word.isdecimal() and word.isascii() and int(word) > 0 for word in words):
        raise DesignerError(f"--tick {text}: it takes places, such as 1,2; --list shows them")
    return tuple(int(word) - 1 for word in words)


def _report(before: Any, made: Any, options: argparse.Namespace) -> None:
    from designer.matching.differences_in_words import difference_lines
    from designer.redesign.totals import totals_changed

    changed = totals_changed(before, made.after)
    lines = difference_lines(before.design, made.design)
    if options.json:
        totals = {each.key: {"before": each.before, "after": each.after} for each in changed}
        left = [each.line() for each in made.left]
        print_json(
            {"file": str(options.output), "totals": totals, "changes": lines, "left": left, "notes": list(made.notes)}
        )
        return
    for line in (*lines, *(f"left: {each.line()}" for each in made.left), *made.notes):
        print(line)
    for each in changed:
        print(each.line())
    print(options.output)
