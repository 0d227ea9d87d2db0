"""Write a design from a template."""

from __future__ import annotations

import argparse
from pathlib import Path

from designer.commands.console import DONE, add_json, print_json
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
    from designer.files.design_json import save
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
    design = template(options.template).build(**dict(map(_name_and_value, options.set)))
    save(design, options.output)
    return DONE


def _name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise DesignerError(f"--set {text}: it takes NAME=VALUE, such as width=0.5")
    return name.strip(), value.strip()
