"""Put weights beside a design, which every export then uses: from a file, under torchvision's names too, or fresh."""

from __future__ import annotations

import argparse
from pathlib import Path

from designer.commands.console import DONE, add_file, add_json, design_of, print_json
from designer.errors import DesignerError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="WEIGHTS",
        help=".safetensors, or a state dict or checkpoint of PyTorch: .pt, .pth, .ckpt, .bin, .pth.tar",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of what the file lacks, or of all; 0")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.safetensors", help="beside FILE where not said")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.files.outputs import refuse_loss
    from designer.files.sidecar import ENDING, weights_beside
    from designer.runtime.formats.export import export_design

    if options.source is not None and not str(options.source).strip(" ."):
        raise DesignerError("--from: it names no file; give a file of weights, or leave it out for fresh ones")
    place = options.output or weights_beside(options.file)
    refuse_loss(place, (ENDING,), [options.file, *([options.source] if options.output and options.source else [])])
    result = export_design(design_of(options.file), place, "safetensors", weights=options.source, seed=options.seed)
    if options.json:
        print_json(result.to_data())
    else:
        print(f"{place}: {result.weights}")
    return DONE
