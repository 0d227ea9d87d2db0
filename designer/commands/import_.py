"""Bring a network in: read it, draw it, and prove the drawing by running it beside the original."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from designer.commands.console import DONE, PROBLEMS, add_json, print_json
from designer.errors import DesignerError, ImportRefused, UsageError
from designer.importing.result import ImportResult
from designer.record import Record
from designer.wording import plural


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help=".onnx; or, which runs that code, package.module:factory or FILE.py:NAME",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.design.json", help="where the design goes")
    parser.add_argument("--weights", type=Path, metavar="OUT.safetensors", help="beside the design where not said")
    parser.add_argument(
        "--input", action="append", default=[], metavar="SHAPE", help="such as 1x3x224x224, one an input"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="an argument of the factory")
    parser.add_argument("--external-data", action="store_true", help="read weights from files beside the file")
    parser.add_argument(
        "--survey", type=Path, metavar="FOLDER", help="read every network in a folder, and print a table"
    )
    parser.add_argument("--flat", action="store_true", help="leave nodes ungrouped")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random inputs that prove it; 0")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status: 0 complete and proved, 1 unproved or with opaque nodes."""
    if options.survey is not None:
        return _survey(options)
    if options.model is None:
        raise UsageError("say a MODEL, or --survey FOLDER")
    from designer.files.atomic import write_whole
    from designer.files.design_json import SUFFIX
    from designer.files.outputs import refuse_loss
    from designer.files.sidecar import ENDING, weights_beside
    from designer.importing.model_files import ImportOptions, names_code
    from designer.importing.record_file import keep_record
    from designer.runtime.importing.load import import_model

    place = options.output
    weights = options.weights or (weights_beside(place) if place is not None else None)
    if place is not None:
        refuse_loss(place, (SUFFIX,))
    if weights is not None:
        refuse_loss(weights, (ENDING,))
    chosen = ImportOptions(
        input_shapes=tuple(map(_shape, options.input)),
        settings=tuple(map(_setting, options.set)),
        has_external_data=options.external_data,
        runs_code=names_code(options.model),
        is_flat=options.flat,
        seed=options.seed,
    )
    result = import_model(options.model, chosen, weights=weights)
    if place is not None:
        write_whole(place, result.design.encode())
        keep_record(result, place)
    if options.json:
        print_json(result.to_data())
    else:
        print("\n".join(lines(result)))
    return DONE if result.proved and result.is_complete else PROBLEMS


def _survey(options: argparse.Namespace) -> int:
    """Every network of a folder in a line; gives 0 where all are complete and proved."""
    from designer.importing.model_files import ENDINGS, ImportOptions, is_model
    from designer.runtime.importing.load import import_model

    folder: Path = options.survey
    if options.model is not None or options.output is not None:
        raise UsageError("--survey reads a folder and writes nothing: leave MODEL and -o out")
    if not folder.is_dir():
        raise DesignerError(f"{folder}: there is no such folder")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and is_model(path))
    if not paths:
        raise DesignerError(f"{folder}: no file in it ends in {' or '.join(ENDINGS)}")
    chosen = ImportOptions(has_external_data=options.external_data, is_flat=options.flat, seed=options.seed)
    rows = []
    for path in paths:
        name = str(path.relative_to(folder))
        try:
            result = import_model(path, chosen)
        except DesignerError as error:
            rows.append(Surveyed(name, "refused", reason=str(error).removeprefix(f"{path}: ")))
            continue
        state = "opaque" if result.opaque else "proved"
        state = state if result.proved else "not proved"
        opaque = tuple(dict.fromkeys(each.operator for each in result.opaque))
        rows.append(
            Surveyed(
                name,
                state,
                result.nodes,
                result.parameters,
                result.macs,
                result.max_abs_difference,
                result.unproved,
                opaque,
            )
        )
    if options.json:
        print_json({"files": [row.to_data() for row in rows]})
    else:
        print("\n".join(row.line() for row in rows))
    return DONE if all(row.state == "proved" for row in rows) else PROBLEMS


@dataclass(frozen=True)
class Surveyed(Record):
    """One file of a survey.

    Attributes:
        file: Its name in the folder.
        state: ``proved``, ``opaque`` where it is that with opaque nodes, ``not proved`` or ``refused``.
        nodes: Nodes that were drawn.
        parameters: Trained numbers.
        macs: Multiply-accumulates a picture.
        max_abs_difference: Largest difference of an output element; None where nothing ran.
        reason: Why it is not proved, or was refused.
        opaque: Operators that no layer computes, each once.
    """

    file: str
    state: str
    nodes: int = 0
    parameters: int = 0
    macs: int = 0
    max_abs_difference: float | None = None
    reason: str = ""
    opaque: tuple[str, ...] = ()

    def line(self) -> str:
        """The row as text."""
        if self.state in ("not proved", "refused"):
            return f"{self.file}: {self.state}: {self.reason}"
        kept = f", without {', '.join(self.opaque)}, opaque" if self.opaque else ""
        return (
            f"{self.file}: proved, {self.nodes} nodes, {self.parameters:,} parameters, {self.macs:,} MACs, "
            f"largest difference {self.max_abs_difference:.3g}{kept}"
        )


def lines(result: ImportResult) -> list[str]:
    """What became of an import, as a person reads it."""
    found = [
        f"{result.path}: {result.source}",
        f"{result.operators} operators became {result.nodes} nodes; {result.parameters:,} parameters, "
        f"{result.macs:,} MACs{_without(result)}",
    ]
    found += [
        f"opaque: {each.node} is {each.operator}, {each.shapes}, {each.bytes:,} bytes: {each.reason}"
        for each in result.opaque
    ]
    if result.blocks:
        found.append("blocks: " + ", ".join(f"{each.times} × {each.rule}" for each in result.blocks))
    if result.rewritten:
        found.append("rewritten: " + ", ".join(f"{each.times} × {each.rule}" for each in result.rewritten))
    for run in result.runs:
        shapes = ", ".join("×".join(map(str, shape)) for shape in run.input_shapes)
        found.append(
            f"beside {result.runtime} on {shapes}: largest difference {run.max_abs_difference:.3g} "
            f"at outputs up to {run.max_abs_output:.3g}"
        )
    found.append("proved" if result.proved else f"not proved: {result.unproved}")
    if result.first_difference:
        found.append(f"the first node at which both part is {result.first_difference}")
    return [*found, *result.warnings]


def _without(result: ImportResult) -> str:
    """``, without 3 opaque nodes``; empty where there are none."""
    return f", without {plural(len(result.opaque), 'opaque node')}" if result.opaque else ""


def _shape(text: str) -> tuple[int, ...]:
    from designer.importing.model_files import shape_of

    try:
        return shape_of(text)
    except ImportRefused as error:
        raise UsageError(f"--input: {error}") from error


def _setting(text: str) -> tuple[str, str]:
    from designer.importing.model_files import setting_of

    try:
        return setting_of(text)
    except ImportRefused as error:
        raise UsageError(f"--set: {error}") from error
