"""Count parameters, MACs, FLOPs and memory."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from designer.commands.console import DONE, add_file, add_json, analysis_of, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("--per-node", action="store_true", help="the same by node")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.analysis.report import cost_report
    from designer.wording import count, memory, short

    report = cost_report(analysis_of(options.file))
    if options.json:
        print_json(report.as_data())
        return DONE
    print(f"parameters              {count(report.parameters)}")
    print(f"MACs                    {count(report.macs)}")
    print(f"FLOPs                   {count(report.flops)}  (2 × MACs + {short(report.elementwise)} element-wise)")
    print(f"weights                 {memory(report.weight_bytes)}")
    print(f"peak activation memory  {memory(report.peak_activation_bytes)}")
    print(f"training memory         {memory(report.training_bytes)}  (Adam: weights, gradients, state, activations)")
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
