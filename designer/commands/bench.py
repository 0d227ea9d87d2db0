"""Measure latency."""

from __future__ import annotations

import argparse

from designer.commands.console import DONE, add_file, add_json, design_of, print_json, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument("--device", default="cpu", metavar="cpu|cuda:0|mps")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads; PyTorch's choice where not said")
    parser.add_argument("--batch", type=int, default=1, metavar="N", help="pictures at once")
    parser.add_argument("--per-node", action="store_true", help="time each node as well")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.runtime.latency import measure_latency
    from designer.wording import milliseconds

    report = measure_latency(
        design_of(options.file),
        device=options.device,
        threads=options.threads,
        batch=options.batch,
        per_node=options.per_node,
    )
    data = report.as_data()
    if options.json:
        print_json(data)
        return DONE
    print(f"{milliseconds(data['median_ms'], data['low_ms'], data['high_ms'])}  (median of {data['rounds']} rounds)")
    print("  ".join(f"{name}={value}" for name, value in data["conditions"].items()))
    for path, node_ms in sorted(data["node_ms"].items(), key=lambda entry: -float(entry[1])):
        print(f"    {path}  {milliseconds(node_ms)}")
    if data["noisy"]:
        say(f"noisy: {data['warning']}")
    return DONE
