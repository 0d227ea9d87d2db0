"""List what can be measured on."""

from __future__ import annotations

import argparse

from designer.commands.console import DONE, add_json, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.runtime.measure.inventory import inventory

    found = inventory()
    if options.json:
        print_json(found.to_data())
        return DONE
    for device in found.devices:
        print(f"{device.name}  {device.processor}, {device.threads} processors")
        for offer in (*device.dtypes, *device.backends):
            title = "" if offer.name == offer.key else offer.name
            reason = "" if offer.available else f"  not here: {offer.reason}"
            print(f"    {offer.key:22}{title}{reason}".rstrip())
    print("  ".join(f"{name}={version}" for name, version in found.versions.items()))
    return DONE
