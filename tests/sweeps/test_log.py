"""Results in a file: gone on from at any moment, never torn by a second process, refused where they do not belong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from designer.errors import DesignFileError
from designer.sweeps.counting import Counting
from designer.sweeps.log import Log, known_points, read_log
from designer.sweeps.result import Result
from designer.sweeps.run import Here, sweep
from designer.sweeps.space import Space, space_around
from designer.sweeps.walks import grid
from designer.templates.networks import template


def space(width: str = "0.25, 0.5", *more: tuple[str, str]) -> Space:
    return space_around(template("mobilenet_v2"), [("resolution", "32")], [("width", width), *more])


def walked(of: Space, path: Path) -> list[Result]:
    return list(sweep(grid(of), Here(Counting(of)), Log(path), known_points(path, of)))


def test_a_sweep_goes_on_from_its_file_with_values_added(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    first = walked(space(), path)
    assert len(first) == 2
    assert walked(space(), path) == []
    added = walked(space("0.25, 0.5, 0.75"), path)
    assert [each.settings["width"] for each in added] == [0.75]
    assert list(read_log(path).results) == [*first, *added]


def test_what_a_kill_left_of_a_line_is_counted_again(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    first = walked(space(), path)
    path.write_bytes(path.read_bytes()[:-40])
    again = walked(space(), path)
    assert again == first[1:]
    log = read_log(path)
    assert sorted(str(each) for each in log.results) == sorted(map(str, first))
    assert log.torn == 1


def test_two_processes_write_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    program = (
        "import sys; from pathlib import Path\n"
        "from designer.sweeps.log import Log; from designer.sweeps.result import Result\n"
        "log = Log(Path(sys.argv[1]))\n"
        "for n in range(200): log.append([Result({'who': sys.argv[2], 'n': n, 'long': 'x' * 5000})])\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", program, str(path), who]) for who in "ab"]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    lines = [json.loads(line)["settings"] for line in path.read_text().splitlines()]
    for who in "ab":
        assert [line["n"] for line in lines if line["who"] == who] == list(range(200))


def test_results_of_other_fields_or_another_design_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    walked(space(), path)
    with pytest.raises(DesignFileError, match=r"do not vary 'bottleneck_6\.expansion', which this sweep does"):
        known_points(path, space("0.25", ("bottleneck_6.expansion", "2")))
    other = space_around(template("mobilenet_v2"), [("width", "0.5")], [("resolution", "32")])
    with pytest.raises(DesignFileError, match="vary 'width', which this sweep does not"):
        known_points(path, other)
    with pytest.raises(DesignFileError, match="another design"):
        known_points(path, space_around(template("mobilenet_v2"), [("resolution", "64")], [("width", "0.25")]))


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary,\nnothing today\n")
    with pytest.raises(DesignFileError, match="holds no results"):
        read_log(path)
    with pytest.raises(DesignFileError, match="cannot be read"):
        read_log(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said_in_words() -> None:
    with pytest.raises(DesignFileError, match="no space left on device; make room"):
        Log(Path("/dev/full")).append([Result({"width": 1.0})])


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    path = tmp_path / "r.jsonl"
    walked(space(), path)
    before, write = path.read_bytes(), os.write

    def half(descriptor: int, content: bytes) -> int:
        if len(content) < 40:
            raise OSError(28, "No space left on device")
        return write(descriptor, content[: len(content) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(DesignFileError):
        Log(path).append([Result({"width": 1.0})])
    assert path.read_bytes() == before


def test_what_was_found_before_is_held_against_the_constraints_of_now(tmp_path: Path) -> None:
    path, wide = tmp_path / "a.jsonl", space("0.25,0.5,1.0")
    before = walked(wide, path)
    assert all(result.is_kept for result in before)
    limit = sorted(result.figures["macs"] for result in before)[1]
    now = wide.constrained([f"macs <= {limit}", "depth > 0", "fits.microcontroller_256k"])
    points = grid(now).ask(9)
    afresh = dict(zip(points, Counting(now).results(points), strict=True))
    assert Counting(now).rechecked(known_points(path, now)) == afresh
    assert any(result.broken for result in afresh.values())
