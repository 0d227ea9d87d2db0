"""Say what is wrong with a design, a line a problem, and whether it fits a target."""

from __future__ import annotations

import argparse
from typing import Any

from designer.commands.console import DONE, PROBLEMS, add_file, add_json, analysis_of, print_json, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_file(parser)
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME",
        help="a target, or a path to a .target.json file: ends with 1 where the design does not fit; may be repeated",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.analysis.report import problem_lines, warning_lines
    from designer.targets.profile_files import target

    profiles = [target(name) for name in options.target]
    analysis = analysis_of(options.file)
    problems, warnings = problem_lines(analysis), warning_lines(analysis)
    say(*problems, *(f"{line} [warning]" for line in warnings))
    checks = [_Check(analysis, each) for each in profiles] if analysis.is_valid else []
    if options.json:
        print_json(
            {"problems": list(problems), "warnings": list(warnings), "targets": [check.to_data() for check in checks]}
        )
    else:
        for check in checks:
            print("\n".join(check.lines()))
    return DONE if analysis.is_valid and not any(check.is_broken for check in checks) else PROBLEMS


class _Check:
    """A design on one target."""

    def __init__(self, analysis: Any, profile: Any) -> None:
        from designer.targets.hints import hints
        from designer.targets.verdict import Fits, verdict_of

        self.verdict, self.hints = verdict_of(analysis, profile), hints(analysis, profile)
        self.is_broken = self.verdict.fits is Fits.NO

    def lines(self) -> list[str]:
        """The verdict, then a line a hint."""
        return [*self.verdict.lines(), *(f"  {each.line()}" for each in self.hints)]

    def to_data(self) -> dict[str, Any]:
        """The same as JSON data."""
        verdict = self.verdict
        return {
            "target": verdict.profile.key,
            "verdict": verdict.fits.value,
            "reason": verdict.reason,
            "ram": _room(verdict.ram),
            "flash": _room(verdict.flash),
            "peak": ".".join(verdict.peak_path),
            "head_bytes": verdict.deployed.placement.bytes if verdict.deployed and not verdict.reason else None,
            "hints": [{"code": each.code, "path": ".".join(each.path), "text": each.line()} for each in self.hints],
        }


def _room(room: Any) -> dict[str, Any]:
    return {"low": room.low, "high": room.high, "limit": room.limit, "fits": room.fits.value, "reason": room.reason}
