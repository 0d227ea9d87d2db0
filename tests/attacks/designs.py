"""Design files that were changed where it hurts, given to every command that reads one: no traceback, no hang.

Each file is a sound design with a few structured mutations: values of other types and sizes, keys gone, doubled or
unknown, strings no terminal should see, wires that end nowhere, cycles, layers of no known type, bypassed or not.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

from designer.edit.grouping import group
from designer.files.design_json import dumps
from designer.graph.design import NodeId
from designer.templates.networks import template
from tests.attacks.running import Ended, command

STRINGS = (
    "",
    "x",
    "\x1b[31m",
    "a\x00b",
    "\ud83d",
    "\u202egnp",
    "\f",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../x",
    "层" * 78,
    "n" * 5000,
    "training",
    "__class__",
    "a.b",
    "NaN",
)
NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    1,
    2,
    0.5,
    -0.0,
    63,
    64,
    65,
    2**31 - 1,
    2**31,
    2**63,
    10**30,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    True,
)
ODD: tuple[Any, ...] = (None, [], {}, [[]], {"a": {}}, [1, 2, 3], "1", [1e7, -1e7], [1e9, 0])
_DEEP = "as deep as "
PORTS = ("x", "y", "a", "b", "z", "")


def seeds() -> list[dict[str, Any]]:
    """Sound designs, as data."""
    whole = template("mobilenet_v2").build(width=0.25, resolution=32, classes=5)
    block = template("bottleneck").build(channels=8, out_channels=8, resolution=8)
    grouped, _ = group(block, [NodeId("depthwise"), NodeId("depthwise_bn")], "inside")
    article = template("article_bottleneck").build(channels=4, depth=4, resolution=8)
    return [json.loads(dumps(design)) for design in (whole, block, grouped, article)]


def mutated(source: Random, data: dict[str, Any]) -> str:
    """The text of a file with some mutations."""
    data = deepcopy(data)
    for _ in range(source.choice((1, 1, 1, 2, 3, 5))):
        source.choice(MUTATIONS)(source, data)
    text = re.sub(f'"{_DEEP}(\\d+)"', lambda found: "[" * int(found[1]) + "]" * int(found[1]), json.dumps(data))
    if source.random() < 0.05:  # and torn as text
        place = source.randrange(len(text))
        text = source.choice((text[:place], text[:place] + source.choice(STRINGS[2:8]) + text[place:], text * 2))
    return text


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key in a value."""
    waiting = [value]
    while waiting:
        held = waiting.pop()
        keys = list(held) if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
        for key in keys:
            yield held, key
            waiting.append(held[key])


def _any_value(source: Random, data: dict[str, Any]) -> None:
    held, key = source.choice(list(_spots(data)))
    held[key] = source.choice((source.choice(STRINGS), source.choice(NUMBERS), deepcopy(source.choice(ODD))))


def _drop(source: Random, data: dict[str, Any]) -> None:
    held, key = source.choice(list(_spots(data)))
    del held[key]


def _move(source: Random, data: dict[str, Any]) -> None:
    spots = list(_spots(data))
    (held, key), (other, name) = source.choice(spots), source.choice(spots)
    value = deepcopy(other[name]) if name in (other if isinstance(other, dict) else range(len(other))) else None
    held[key] = value


def _nodes(data: Any) -> list[Any]:
    found = []
    for held, key in _spots(data):
        if key == "nodes" and isinstance(held[key], list):
            found += [node for node in held[key] if isinstance(node, dict)]
    return found


def _wires(data: Any) -> list[Any]:
    return [held[key] for held, key in _spots(data) if isinstance(held[key], dict) and "from" in held[key]]


def _of_a_node(change: Callable[[Random, dict[str, Any], list[Any]], None]) -> Callable[[Random, dict[str, Any]], None]:
    def mutate(source: Random, data: dict[str, Any]) -> None:
        nodes = _nodes(data)
        if nodes:
            change(source, source.choice(nodes), nodes)

    return mutate


def _other_type(source: Random, node: dict[str, Any], nodes: list[Any]) -> None:
    kinds = [each.get("type") for each in nodes]
    node["type"] = source.choice(
        [*kinds, "of_another_time", "concat", "multiply", "fully_connected", "group", "flatten"]
    )


def _bypass(source: Random, node: dict[str, Any], nodes: list[Any]) -> None:
    node["bypassed"] = source.choice((True, True, True, False, 1, "yes"))


def _parameter(source: Random, node: dict[str, Any], nodes: list[Any]) -> None:
    words = "out_channels kernel_size stride padding groups dilation count expansion height channels width eps bias"
    names = (*words.split(), "explicit_padding", "out_features")
    values: Any = node.setdefault("parameters", {})
    if isinstance(values, dict):
        values[source.choice(names)] = source.choice((*NUMBERS, "same", "explicit", [0, 1, 2, 3], None))


def _name(source: Random, node: dict[str, Any], nodes: list[Any]) -> None:
    node[source.choice(("name", "id", "type"))] = source.choice(STRINGS)


def _twin(source: Random, node: dict[str, Any], nodes: list[Any]) -> None:
    node["id"] = source.choice(nodes).get("id")


def _place(source: Random, node: dict[str, Any], nodes: list[Any]) -> None:
    node["at"] = [source.choice(NUMBERS), source.choice(NUMBERS)]


def _rewire(source: Random, data: dict[str, Any]) -> None:
    wires = _wires(data)
    if wires:
        ids = [str(node.get("id")) for node in _nodes(data)] or ["x"]
        source.choice(wires)[source.choice(("from", "to"))] = f"{source.choice(ids)}.{source.choice(PORTS)}"


def _more_wires(source: Random, data: dict[str, Any]) -> None:
    ids = [str(node.get("id")) for node in _nodes(data)] or ["x"]
    if isinstance(data.get("wires"), list):
        for _ in range(source.choice((1, 3, 40))):
            ends = [f"{source.choice(ids)}.{port}" for port in ("y", source.choice(PORTS))]
            data["wires"].append({"from": ends[0], "to": ends[1]})


def _wrap(source: Random, data: dict[str, Any]) -> None:
    """Put a part many levels deep."""
    held, key = source.choice(list(_spots(data)))
    held[key] = f"{_DEEP}{source.choice((2, 50, 5000, 100_000))}"


def _chained(source: Random, data: dict[str, Any]) -> None:
    """Each part reads its own sum again: counts double along the chain."""
    nodes, wires = data.get("nodes"), data.get("wires")
    if isinstance(nodes, list) and isinstance(wires, list):
        length = source.choice((3, 30, 300))
        for index in range(length):
            nodes.append({"id": f"d{index}", "type": "concat", "parameters": {"count": 8}})
            before = f"d{index - 1}.y" if index else "input.y"
            wires += [{"from": before, "to": f"d{index}.{port}"} for port in "abcdefgh"]


MUTATIONS: tuple[Callable[[Random, dict[str, Any]], None], ...] = (
    _any_value,
    _any_value,
    _drop,
    _move,
    _of_a_node(_other_type),
    _of_a_node(_bypass),
    _of_a_node(_bypass),
    _of_a_node(_parameter),
    _of_a_node(_parameter),
    _of_a_node(_parameter),
    _of_a_node(_name),
    _of_a_node(_name),
    _of_a_node(_twin),
    _of_a_node(_place),
    _rewire,
    _rewire,
    _more_wires,
    _wrap,
    _chained,
)


def attack(source: Random, data: dict[str, Any], folder: Path, commands: int = 3) -> list[Ended]:
    """Give one mutated file to some commands, and to check; gives those that ended badly."""
    file, sound, out = folder / "bad.design.json", folder / "sound.design.json", folder / "out"
    file.write_bytes(mutated(source, data).encode("utf-8", "surrogatepass"))
    if not sound.exists():
        sound.write_text(json.dumps(data), encoding="utf-8")
    bad, good = str(file), str(sound)
    possible = (
        ("cost", bad),
        ("cost", bad, "--per-node"),
        ("cost", bad, "--json"),
        ("check", bad, "--json"),
        ("diff", good, bad),
        ("diff", bad, good, "--json"),
        ("diff", "--textconv", bad),
        ("compare", good, bad),
        ("compare", bad, good, "--json"),
        ("compare", good, bad, "--markdown"),
        ("compare", good, bad, "--report", f"{out}.html"),
        ("render", bad, "-o", f"{out}.svg"),
        ("render", bad, "-o", f"{out}.png", "--scale", "0.25"),
        ("export", bad, "-o", f"{out}.md"),
        ("export", bad, "-o", f"{out}.tex"),
    )
    ended = [command("check", bad), *(command(*words) for words in source.sample(possible, commands))]
    return [each for each in ended if each.fault]


def run(count: int, seed: int = 0, commands: int = 3) -> list[tuple[str, Ended]]:
    """Attack with so many files; gives the texts of those that did harm and how."""
    source = Random(seed)
    data = seeds()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            for ended in attack(source, source.choice(data), Path(folder), commands):
                found.append(((Path(folder) / "bad.design.json").read_text(encoding="utf-8", errors="replace"), ended))
    return found


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for the files that did harm")
    options = parser.parse_args()
    found = run(options.count, options.seed)
    for index, (text, ended) in enumerate(found):
        print(" ".join(ended.words), "→", ended.fault)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{index}.design.json").write_text(text, encoding="utf-8")
    print(f"{options.count} files, 4 commands each: {len(found)} ended badly")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
