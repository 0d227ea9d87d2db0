"""Write a design in any format, proved: ONNX, eight bits, source, weights, tables, files for phones; by the ending."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from designer.commands.console import DONE, PROBLEMS, add_json, design_of, print_json, say
from designer.commands.flags import add_flag, said
from designer.errors import DesignerError
from designer.export.formats import Format, all_endings, format_for, format_of, formats
from designer.graph.parameter import Parameter

if TYPE_CHECKING:
    from designer.export.result import ExportResult

_NO_WEIGHTS = "none"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes; every format's options are options here."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help=f"ends in {', '.join(all_endings())}")
    parser.add_argument("--format", metavar="FORMAT", help="where the ending does not say it")
    parser.add_argument("--list", action="store_true", help="list the formats and their options")
    parser.add_argument(
        "--weights",
        metavar="FILE|none",
        help=".safetensors, or a state dict or checkpoint of PyTorch; FILE.safetensors beside FILE where not said",
    )
    parser.add_argument(
        "--reparameterise",
        action="store_true",
        help="fold parallel branches that are summed, as RepVGG's and MobileOne's, into one convolution each first",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of fresh weights and random inputs; 0")
    for parameter, users in _options_by_name().values():
        add_flag(parser, parameter, f"{', '.join(users)}: {parameter.help}")
    add_json(parser)


def _options_by_name() -> dict[str, tuple[Parameter, list[str]]]:
    """Every option of every format, with the formats that have it."""
    found: dict[str, tuple[Parameter, list[str]]] = {}
    for each in formats():
        for parameter in each.parameters:
            found.setdefault(parameter.name, (parameter, []))[1].append(each.key)
    return found


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    if options.list:
        _list(options.json)
        return DONE
    if options.file is None or options.output is None:
        raise DesignerError("say a design's FILE and -o OUT, or --list to see the formats")
    from designer.files.outputs import refuse_loss
    from designer.files.sidecar import carried_weights
    from designer.runtime.formats.export import export_design

    chosen = format_of(options.format) if options.format else format_for(str(options.output))
    if options.weights == "":
        raise DesignerError("--weights: it names no file; give a file of weights, none, or leave it out")
    inputs = [options.file] if options.weights in (None, _NO_WEIGHTS) else [options.file, options.weights]
    refuse_loss(options.output, chosen.endings, inputs)
    weights = options.weights or carried_weights(options.file)
    weights = None if weights == _NO_WEIGHTS else weights
    design, module = design_of(options.file), None
    if options.reparameterise:
        from designer.runtime.compile.reparameterising import deploy

        deployed = deploy(design, weights=weights, seed=options.seed)
        design, module = deployed.design, deployed.module
        for line in (deployed.sentence(), *(f"stays: {each}" for each in deployed.left)):
            say(f"note: {line}")
    result = export_design(
        design,
        options.output,
        chosen.key,
        chosen.options.from_texts(said(options, _options_by_name())),  # refuses one that the format does not have
        module=module,
        weights=None if module is not None else weights,
        seed=options.seed,
    )
    status = PROBLEMS if result.unproved else DONE
    if options.json:
        print_json(result.to_data())
        return status
    print("\n".join(_lines(chosen, result)))
    for warning in result.warnings:
        say(f"note: {warning}")
    return status


def _lines(chosen: Format, result: ExportResult) -> Iterator[str]:
    from designer.wording import memory, milliseconds

    facts = ", ".join(f"{word} {value}" for word, value in result.facts.items())
    yield f"{result.path}: {chosen.title}, {memory(result.file_bytes)}" + (f"; {facts}" if facts else "")
    for file in result.files[1:]:
        yield f"    with {file.path}, {memory(file.bytes)}"
    if result.weights:
        yield f"    weights: {result.weights}"
    for check in result.checks:
        yield f"    checked: {check.what}: {check.found}"
    for each in result.comparisons:
        shapes = ", ".join("×".join(map(str, shape)) for shape in each.input_shapes)
        yield (
            f"    run in {result.runtime} on {shapes}: largest difference from the PyTorch module "
            f"{each.max_abs_difference:.3g} of {each.max_abs_output:.3g}, relative {each.max_rel_difference:.3g}"
            + ("" if each.snr_db is None else f", {each.snr_db:.1f} dB")
        )
    for pair in result.latency:
        yield (
            f"    {pair.what} {milliseconds(pair.ours_ms)} against {pair.peer} {milliseconds(pair.peer_ms)}: "
            f"{pair.ratio:.2f} ({pair.low:.2f} to {pair.high:.2f}), {pair.verdict.value}, threads {pair.threads}"
        )
    for node in result.sensitivity:
        yield f"    {node.path} alone in eight bits: {node.snr_db:.1f} dB"
    for name in result.renamed:
        yield f"    named {name.written} for {name.canvas}: {name.reason}"


def _list(as_json: bool) -> None:
    if as_json:
        print_json(
            {
                each.key: {
                    "title": each.title,
                    "endings": each.endings,
                    "unavailable": each.unavailable_reason,
                    "options": {p.name: p.to_json(p.default) for p in each.parameters},
                }
                for each in formats()
            }
        )
        return
    for each in formats():
        reason = f" [{each.unavailable_reason}]" if each.unavailable_reason else ""
        print(f"{each.key} ({', '.join(each.endings)}): {each.title}. {each.help}{reason}")
        for parameter in each.parameters:
            print(f"    --{parameter.name.replace('_', '-')} {parameter.text(parameter.default)}  {parameter.help}")
