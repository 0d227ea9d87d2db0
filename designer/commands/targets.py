"""List the targets that a design can be held against, or say all that is known of one."""

from __future__ import annotations

import argparse
from typing import Any

from designer.commands.console import DONE, add_json, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="a target, or a path to a .target.json file"
    )
    parser.add_argument("--operators", action="store_true", help="the names of operators that a target may speak of")
    parser.add_argument("--format", action="store_true", help="how a file of a target of your own is written")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.targets.profile_files import PROFILE_HELP, operator_names, target, targets, user_folder

    if options.format:
        print(PROFILE_HELP, end="")
        print(f"That folder is {user_folder()}")
    elif options.operators:
        print("\n".join(sorted(operator_names())))
    elif options.name:
        _show(target(options.name), options.json)
    elif options.json:
        print_json({"targets": [_data(each) for each in targets()]})
    else:
        found = targets()
        width = max(len(each.key) for each in found)
        for each in found:
            print(f"{each.key:{width}}  {each.name} · {each.element_type.title} · {_memory(each)}")
    return DONE


def _memory(profile: Any) -> str:
    from designer.wording import kibibytes

    if profile.ram_bytes is None:
        return "memory unknown"
    flash = "" if profile.flash_bytes is None else f", flash {kibibytes(profile.flash_bytes)}"
    return f"memory {kibibytes(profile.ram_bytes)}{flash}"


def _show(profile: Any, as_json: bool) -> None:
    if as_json:
        print_json(_data(profile))
        return
    print(f"{profile.name}: {profile.kind.title}, {profile.element_type.title}, {_memory(profile)}")
    if profile.about:
        print(profile.about)
    for answer, names in profile.answers().items():
        if names:
            print(f"{answer.value}: {', '.join(names)}")
    print(f"all other operators: {profile.operators.others.value} (read from {profile.operators.version})")
    for each in profile.unknown:
        print(f"unknown: {each}")
    for each in profile.sources:
        print(f"{each.what}: {' '.join(filter(None, (each.title, each.url)))}")


def _data(profile: Any) -> Any:
    from designer.record import plain

    return {
        "key": profile.key,
        "name": profile.name,
        "kind": profile.kind.value,
        "element_type": profile.element_type.value,
        "ram_bytes": profile.ram_bytes,
        "flash_bytes": profile.flash_bytes,
        "channel_multiple": profile.channel_multiple,
        "operators": plain(profile.operators),
        "unknown": list(profile.unknown),
        "sources": plain(profile.sources),
    }
