"""Write a design from a template."""

from __future__ import annotations

import argparse
from pathlib import Path

from designer.commands.console import DONE, add_json, pairs, print_json
from designer.errors import DesignerError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("template", nargs="?", metavar="TEMPLATE")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="ends in .design.json")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the template")
    parser.add_argument("--list", action="store_true", help="list the templates and their settings")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; gives the exit status."""
    from designer.files.design_json import SUFFIX, save
    from designer.files.outputs import refuse_loss
    from designer.templates.networks import template, templates

    if options.list:
        if options.json:
            settings = {each.key: {s.name: s.to_json(s.default) for s in each.settings} for each in templates()}
            print_json(settings)
            return DONE
        for each in templates():
            print(f"{each.key}: {each.help} {each.source}.")
            for setting in each.settings:
                print(f"    {setting.name}={setting.text(setting.default)}  {setting.help}")
        return DONE
    if options.template is None or options.output is None:
        raise DesignerError("say a template and -o FILE, or --list to see the templates")
    refuse_loss(options.output, (SUFFIX,))
    design = template(options.template).build(**pairs(options.set, "--set", "width=0.5"))
    save(design, options.output)
    if options.json:
        print_json({"file": str(options.output), "name": design.name, "digest": design.digest})
    return DONE
