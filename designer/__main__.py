"""The command line: the window without a command, and every command that needs none.

Exit status: 0 done, 1 the design has problems (of diff: they differ), 2 something was refused (a file that cannot
be read, an unknown name).
With ``--json`` standard output is one JSON object and nothing else; all other words go to standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from designer.errors import DesignerError, InvalidDesign

Command = Callable[[argparse.Namespace], int]

DONE, PROBLEMS, REFUSED = 0, 1, 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, or the window; gives the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if _asks_for_window(words):
        from designer.ui.application import run

        return run([Path(word) for word in words])
    options = _parser().parse_args(words)
    try:
        command: Command = options.command
        return command(options)
    except InvalidDesign as error:
        _say(*error.problems)
        return PROBLEMS
    except (DesignerError, KeyError) as error:
        _say(f"bottleneck-designer: {error}")
        return REFUSED
    except KeyboardInterrupt:
        _say("bottleneck-designer: stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _asks_for_window(words: Sequence[str]) -> bool:
    return not words or (words[0] not in _COMMANDS and not words[0].startswith("-"))


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, allow_nan=False))


# Commands ----------------------------------------------------------------------------------------------------


def _new(options: argparse.Namespace) -> int:
    from designer.files.design_json import save
    from designer.templates.networks import template, templates

    if options.list:
        if options.json:
            settings = {each.key: {s.name: s.to_json(s.default) for s in each.settings} for each in templates()}
            _print_json(settings)
            return DONE
        for each in templates():
            print(f"{each.key}: {each.help} {each.source}.")
            for setting in each.settings:
                print(f"    {setting.name}={setting.text(setting.default)}  {setting.help}")
        return DONE
    if options.template is None or options.output is None:
        raise DesignerError("say a template and -o FILE, or --list to see the templates")
    design = template(options.template).build(**dict(map(_name_and_value, options.set)))
    save(design, options.output)
    return DONE


def _name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise DesignerError(f"--set {text}: it takes NAME=VALUE, such as width=0.5")
    return name.strip(), value.strip()


def _check(options: argparse.Namespace) -> int:
    from designer.analysis.report import problem_lines, warning_lines

    analysis = _analysis(options.file)
    _say(*problem_lines(analysis), *(f"{line} [warning]" for line in warning_lines(analysis)))
    return DONE if analysis.is_valid else PROBLEMS


def _cost(options: argparse.Namespace) -> int:
    from designer.analysis.report import cost_report
    from designer.wording import count, memory, short

    report = cost_report(_analysis(options.file))
    if options.json:
        _print_json(report.as_data())
        return DONE
    print(f"parameters              {count(report.parameters)}")
    print(f"MACs                    {count(report.macs)}")
    print(f"FLOPs                   {count(report.flops)}  (2 × MACs + {short(report.elementwise)} element-wise)")
    print(f"weights                 {memory(report.weight_bytes)}")
    print(f"peak activation memory  {memory(report.peak_activation_bytes)}")
    print(f"input → output          {_shape(report.input_shape)} → {_shape(report.output_shape)}")
    if options.per_node:
        width = max((len(node.path) for node in report.nodes), default=4)
        print(f"\n{'node':{width}}  {'parameters':>12}  {'MACs':>15}  {'FLOPs':>15}  out")
        for node in report.nodes:
            print(
                f"{node.path:{width}}  {count(node.parameters):>12}  {count(node.macs):>15}  "
                f"{count(node.flops):>15}  {_shape(node.output_shape)}"
            )
    return DONE


def _shape(shape: Sequence[Any]) -> str:
    return ", ".join(map(_shape, shape)) if shape and isinstance(shape[0], tuple) else "×".join(map(str, shape))


def _bench(options: argparse.Namespace) -> int:
    from designer.runtime.latency import measure_latency
    from designer.wording import milliseconds

    report = measure_latency(
        _design(options.file),
        device=options.device,
        threads=options.threads,
        batch=options.batch,
        per_node=options.per_node,
    )
    data = report.as_data()
    if options.json:
        _print_json(data)
        return DONE
    print(f"{milliseconds(data['median_ms'], data['low_ms'], data['high_ms'])}  (median of {data['rounds']} rounds)")
    print("  ".join(f"{name}={value}" for name, value in data["conditions"].items()))
    for path, node_ms in sorted(data["node_ms"].items(), key=lambda entry: -float(entry[1])):
        print(f"    {path}  {milliseconds(node_ms)}")
    if data["noisy"]:
        _say(f"noisy: {data['warning']}")
    return DONE


def _compare(options: argparse.Namespace) -> int:
    from designer.analysis.compare import compare, parse_budget
    from designer.export.tables import markdown
    from designer.wording import short

    budgets = dict(map(parse_budget, options.budget))
    analyses = [_analysis(file) for file in options.files]
    if not 1 <= options.baseline <= len(analyses):
        raise DesignerError(f"--baseline {options.baseline}: it takes the place of one of the files, from 1 up")
    table = compare(analyses, baseline=options.baseline - 1, budgets=budgets)
    status = DONE if table.holds_budgets else PROBLEMS
    for row in table.rows:
        for name, text, value in zip(table.names, row.texts, row.values, strict=True):
            if row.limit is not None and (value is None or value > row.limit):
                _say(f"{name}: {row.label.lower()} {text}, and the budget is {short(row.limit)}")
    if options.report is not None:
        _write_report(options.report, analyses, table)
    if options.json:
        designs = [
            {"file": str(file), "name": name, **{row.key: row.values[index] for row in table.rows}}
            for index, (file, name) in enumerate(zip(options.files, table.names, strict=True))
        ]
        ratios = {row.key: list(row.ratios) for row in table.rows}
        best = {row.key: row.best for row in table.rows}
        broken = {row.key: list(row.broken) for row in table.rows if row.limit is not None}
        _print_json({"designs": designs, "ratios": ratios, "best": best, "over_budget": broken})
        return status
    print(
        markdown(table) if options.markdown else _columns(table.names, [(r.label, r.texts) for r in table.rows]), end=""
    )
    return status


def _write_report(path: Path, analyses: Sequence[Any], table: Any) -> None:
    from designer.export.report import Subject, html_report
    from designer.files.atomic import write_whole

    light, dark = _drawings(analyses)
    subjects = [Subject(*each) for each in zip(analyses, light, dark, strict=True)]
    write_whole(path, html_report(subjects, table).encode())


def _drawings(analyses: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Each design as SVG, in light colours and in dark; empty texts where nothing can be drawn."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from designer.ui import system_libraries

    problem = system_libraries.problem()
    if problem is not None:
        _say(f"the report has no pictures: {problem}")
        return [""] * len(analyses), [""] * len(analyses)
    from designer.ui.picture import svg_text
    from designer.ui.theme import DARK, LIGHT

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


def _diff(options: argparse.Namespace) -> int:
    from designer.files.diff import run

    return run(options.files, sys.stdout, options.json, options.textconv)


def _export(options: argparse.Namespace) -> int:
    writers = {".onnx": _export_onnx, ".py": _export_source}
    ending = options.output.suffix.lower()
    if ending not in writers:
        raise DesignerError(f"{options.output}: end the name in .onnx for ONNX or .py for PyTorch source")
    return writers[ending](options)


def _export_onnx(options: argparse.Namespace) -> int:
    from designer.runtime.onnx_file import export_onnx

    report = export_onnx(_design(options.file), options.output)
    if options.json:
        _print_json(report.as_data())
    else:
        print(
            f"{report.path}: opset {report.opset}, {report.nodes} nodes, {report.file_bytes} bytes; checked and run in "
            f"{report.runtime}; largest difference from the PyTorch module {report.max_abs_difference:.3g}"
        )
    return DONE


def _export_source(options: argparse.Namespace) -> int:
    from designer.export.python_source import python_source
    from designer.files.atomic import write_whole

    write_whole(options.output, python_source(_analysis(options.file)).encode())
    if options.json:
        _print_json({"path": str(options.output), "file_bytes": options.output.stat().st_size})
    else:
        print(f"{options.output}: PyTorch source, {options.output.stat().st_size} bytes")
    return DONE


def _render(options: argparse.Namespace) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from designer.ui import system_libraries

    problem = system_libraries.problem()
    if problem is not None:
        raise DesignerError(problem)
    from designer.ui.picture import save_picture
    from designer.ui.theme import DARK, LIGHT

    design = _design(options.file)
    save_picture(design, None, options.output, DARK if options.dark else LIGHT)
    return DONE


def _design(file: Path) -> Any:
    from designer.files.design_json import load

    return load(file)


def _analysis(file: Path) -> Any:
    from designer.analysis.snapshot import analyse

    return analyse(_design(file))


# Arguments ----------------------------------------------------------------------------------------------------

_COMMANDS = ("new", "check", "cost", "bench", "compare", "diff", "export", "render")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bottleneck-designer",
        description="Design efficient convolution blocks. Without a command the window opens, with the FILEs named.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command, words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(command=command)
        return made

    new = add("new", _new, "Write a design from a template.")
    new.add_argument("template", nargs="?", metavar="TEMPLATE")
    new.add_argument("-o", "--output", type=Path, metavar="FILE", help="ends in .design.json")
    new.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the template")
    new.add_argument("--list", action="store_true", help="list the templates and their settings")
    _add_json(new)

    _add_file(add("check", _check, "Say what is wrong with a design, a line a problem."))

    cost = add("cost", _cost, "Count parameters, MACs, FLOPs and memory.")
    _add_file(cost)
    cost.add_argument("--per-node", action="store_true", help="the same by node")
    _add_json(cost)

    bench = add("bench", _bench, "Measure latency.")
    _add_file(bench)
    bench.add_argument("--device", default="cpu", metavar="cpu|cuda:0|mps")
    bench.add_argument("--threads", type=int, metavar="N", help="CPU threads; PyTorch's choice where not said")
    bench.add_argument("--batch", type=int, default=1, metavar="N", help="pictures at once")
    bench.add_argument("--per-node", action="store_true", help="time each node as well")
    _add_json(bench)

    compare = add("compare", _compare, "Put designs side by side.")
    compare.add_argument("files", nargs="+", type=Path, metavar="FILE")
    compare.add_argument("--markdown", action="store_true", help="as a Markdown table")
    compare.add_argument("--report", type=Path, metavar="OUT.html", help="write one self-contained HTML page as well")
    compare.add_argument("--baseline", type=int, default=1, metavar="N", help="which file ratios refer to; 1")
    compare.add_argument(
        "--budget", action="append", default=[], metavar="NAME=VALUE", help="end with 1 where a design needs more"
    )
    _add_json(compare)

    diff = add("diff", _diff, "Say how two designs differ in structure, a line a change; fit for git.")
    diff.add_argument("files", nargs="+", metavar="FILE", help="two designs; or what git gives an external driver")
    diff.add_argument("--textconv", action="store_true", help="print one design a line a node, for git's textconv")
    _add_json(diff)

    export = add(
        "export",
        _export,
        "Write ONNX, checked, run and held against the PyTorch module; or PyTorch source, by the file's ending.",
    )
    _add_file(export)
    export.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.onnx|.py")
    _add_json(export)

    render = add("render", _render, "Draw the canvas as a picture; needs no display.")
    _add_file(render)
    render.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|.svg")
    render.add_argument("--dark", action="store_true", help="in dark colours")
    return parser


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _version() -> str:
    try:
        return version("bottleneck-designer")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
