"""Unsaved work survives a kill: the copies are whole, recent, offered once, and never the user's file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from designer.edit.document import Command, Document
from designer.errors import DesignFileError
from designer.files.design_json import load, save
from designer.files.recovery import INTERVAL_S, RecoverySession
from designer.graph.design import Design, Node, NodeId
from designer.layers.activation import ReLU
from designer.templates.networks import template


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[RecoverySession]:
    made = RecoverySession(tmp_path, clock=clock)
    yield made
    made.close()


def grow(document: Document) -> None:
    """One edit: one more node."""
    number = len(document.committed_design.nodes)
    document.apply(Command("grow", lambda design: design.with_node(Node(NodeId(f"n{number}"), ReLU()))))


def copies(folder: Path) -> list[Path]:
    return sorted((folder / "recovery").glob("*/*.design.json"))


def test_nothing_is_copied_until_something_is_unsaved(session: RecoverySession, tmp_path: Path) -> None:
    document = Document(Design("a"))
    autosave = session.watch(document)
    assert autosave.due_in_s() is None
    assert not autosave.tick()
    assert copies(tmp_path) == []
    grow(document)
    assert autosave.due_in_s() == 0
    assert autosave.tick()
    assert load(copies(tmp_path)[0]) == document.design


def test_at_most_one_copy_in_ten_seconds(session: RecoverySession, tmp_path: Path, clock: Clock) -> None:
    document = Document(Design("a"))
    autosave = session.watch(document)
    grow(document)
    assert autosave.tick()
    written = []
    for _ in range(240):  # half a minute of eight edits a second
        clock.now += 0.125
        grow(document)
        if autosave.tick():
            written.append(clock.now - 100)
    assert written == [10, 20, 30]
    assert INTERVAL_S == 10
    clock.now += 4
    assert autosave.due_in_s() is None, "the last tick has copied everything"
    grow(document)
    assert autosave.due_in_s() == pytest.approx(6)
    assert not autosave.tick()
    autosave.flush()
    assert load(copies(tmp_path)[0]) == document.design


def test_an_unchanged_document_is_not_written_again(session: RecoverySession, tmp_path: Path, clock: Clock) -> None:
    document = Document(Design("a"))
    autosave = session.watch(document)
    grow(document)
    autosave.tick()
    before = copies(tmp_path)[0].stat()
    clock.now += 60
    assert not autosave.tick()
    assert autosave.due_in_s() is None
    assert copies(tmp_path)[0].stat() == before


def test_a_preview_is_no_work_yet(session: RecoverySession) -> None:
    document = Document(Design("a"))
    autosave = session.watch(document)
    document.preview(lambda design: design.renamed("b"))
    assert not autosave.tick()


def test_saving_takes_the_copy_away(session: RecoverySession, tmp_path: Path, clock: Clock) -> None:
    document = Document(Design("a"))
    autosave = session.watch(document)
    grow(document)
    autosave.tick()
    document.mark_saved(str(tmp_path / "a.design.json"))
    assert not autosave.tick()
    assert copies(tmp_path) == []
    clock.now += 60
    document.undo()
    assert autosave.tick(), "what was saved and then taken back is unsaved again"


def test_closing_a_document_takes_its_copy_away_and_ends_it(session: RecoverySession, tmp_path: Path) -> None:
    one, other = Document(Design("one")), Document(Design("other"))
    autosaves = [session.watch(one), session.watch(other)]
    for document, autosave in zip((one, other), autosaves, strict=True):
        grow(document)
        autosave.tick()
    assert len(copies(tmp_path)) == 2
    autosaves[0].close()
    assert [load(path).name for path in copies(tmp_path)] == ["other"]
    grow(one)
    assert not autosaves[0].tick()
    autosaves[0].flush()
    assert len(copies(tmp_path)) == 1


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    session = RecoverySession(tmp_path)
    document = Document(Design("a"))
    grow(document)
    session.watch(document).tick()
    session.close()
    assert list((tmp_path / "recovery").iterdir()) == []
    again = RecoverySession(tmp_path)
    assert again.abandoned() == ()
    again.close()


def test_a_copy_that_cannot_be_written_says_so_and_is_tried_again(session: RecoverySession, tmp_path: Path) -> None:
    document = Document(Design("a"))
    autosave = session.watch(document)
    grow(document)
    own = next(path for path in (tmp_path / "recovery").iterdir())
    (own / "1.design.json").mkdir()
    with pytest.raises(DesignFileError, match="cannot be written"):
        autosave.tick()
    (own / "1.design.json").rmdir()
    assert autosave.tick()


# With real processes -----------------------------------------------------------------------------------------------

CHILD = """
import sys, time
from pathlib import Path
from designer.edit.document import Command, Document
from designer.files.design_json import load
from designer.files.recovery import RecoverySession
from designer.graph.design import Design, Node, NodeId
from designer.layers.activation import ReLU

folder, original, interval, edits = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
session = RecoverySession(folder, interval_s=lambda: interval)
print("offered", len(session.abandoned()), flush=True)
document = Document(load(original), original)
autosave = session.watch(document)
for number in range(edits):
    document.apply(Command("grow", lambda design: design.with_node(Node(NodeId(f"n{number}"), ReLU()))))
    print("edit", number, time.monotonic(), flush=True)
    autosave.tick()
    time.sleep(0.002)
print("done", flush=True)
while True:
    autosave.tick()
    time.sleep(0.01)
"""


def started(folder: Path, original: Path, interval_s: float, edits: int) -> subprocess.Popen[str]:
    """Another running program with the file open, editing it without saving."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(original), str(interval_s), str(edits)],
        stdout=subprocess.PIPE,
        text=True,
    )


def lines_until(process: subprocess.Popen[str], word: str) -> list[str]:
    assert process.stdout is not None
    found = []
    for line in process.stdout:
        found.append(line.strip())
        if line.startswith(word):
            return found
    raise AssertionError(f"it ended before '{word}': {found}")


def kill(process: subprocess.Popen[str]) -> list[str]:
    """Kill it as the system does when memory runs out; gives what it had still said."""
    process.send_signal(signal.SIGKILL)
    assert process.stdout is not None
    rest = process.stdout.read().splitlines()
    process.stdout.close()
    process.wait()
    return rest


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "mine.design.json"
    save(template("bottleneck").build(), path)
    return path


def test_a_killed_programs_work_is_found_with_time_and_name(tmp_path: Path, original: Path) -> None:
    before = original.read_bytes()
    process = started(tmp_path, original, 10, 1)
    lines_until(process, "done")
    kill(process)
    session = RecoverySession(tmp_path)
    (copy,) = session.abandoned()
    assert copy.name == "Bottleneck t6"
    assert copy.original == original
    assert timedelta(0) <= datetime.now(UTC) - copy.saved_at < timedelta(minutes=1)
    recovered = copy.load()
    assert set(recovered.nodes) - set(load(original).nodes) == {"n0"}
    assert original.read_bytes() == before
    session.discard(copy)
    assert session.abandoned() == ()
    assert original.read_bytes() == before
    session.close()
    assert list((tmp_path / "recovery").iterdir()) == []


def test_what_is_lost_is_no_more_than_the_interval(tmp_path: Path, original: Path) -> None:
    interval = 0.3
    process = started(tmp_path, original, interval, 10_000)
    said = lines_until(process, "edit 150") + kill(process)
    session = RecoverySession(tmp_path)
    (copy,) = session.abandoned()
    kept = sum(id.startswith("n") for id in copy.load().nodes)
    times = {int(line.split()[1]): float(line.split()[2]) for line in said if line.count(" ") == 2}
    assert kept > 0
    # The first edit that was lost came after the last copy, which at the last edit is no older than the interval. The
    # clock is the program's own: however slow the machine is, it edits and copies in turns.
    last = max(times.values())
    assert times.get(kept, last) >= last - interval - 0.1
    session.close()


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_whole_copy(tmp_path: Path, original: Path) -> None:
    before = original.read_bytes()
    for round_number in range(8):
        process = started(tmp_path, original, 0, 10_000)  # writes after every edit, so that kills fall into writing
        lines_until(process, f"edit {3 + 7 * round_number}")
        kill(process)
    session = RecoverySession(tmp_path)
    found = session.abandoned()
    assert len(found) == 8
    for copy in found:
        copy.load()
        session.discard(copy)
    assert original.read_bytes() == before
    assert len(list((tmp_path / "recovery").iterdir())) == 1, "drafts that a kill left are swept with the rest"
    session.close()


def test_two_running_programs_leave_each_other_alone(tmp_path: Path, original: Path) -> None:
    first = started(tmp_path, original, 0, 1)
    lines_until(first, "done")
    session = RecoverySession(tmp_path)
    assert session.abandoned() == (), "the first is alive"
    second = started(tmp_path, original, 0, 1)
    assert lines_until(second, "done")[0] == "offered 0"
    kill(first)
    (copy,) = session.abandoned()
    assert copies(tmp_path)[0].exists()
    third = started(tmp_path, original, 0, 1)
    assert lines_until(third, "done")[0] == "offered 0", "what one program is offering no other offers"
    session.close()
    fourth = RecoverySession(tmp_path)
    assert [found.path for found in fourth.abandoned()] == [copy.path], "what was not settled is offered again"
    fourth.close()
    kill(second)
    kill(third)


def test_another_programs_copy_cannot_be_discarded(tmp_path: Path, original: Path) -> None:
    process = started(tmp_path, original, 0, 1)
    lines_until(process, "done")
    kill(process)
    one = RecoverySession(tmp_path)
    (copy,) = one.abandoned()
    other = RecoverySession(tmp_path)
    with pytest.raises(DesignFileError, match="still running"):
        other.discard(copy)
    assert copy.path.exists()
    other.close()
    one.close()


def test_a_copy_that_cannot_be_read_is_left_and_the_others_are_offered(tmp_path: Path, original: Path) -> None:
    process = started(tmp_path, original, 0, 1)
    lines_until(process, "done")
    kill(process)
    folder = copies(tmp_path)[0].parent
    (folder / "2.design.json").write_text("{ half")
    (folder / "1.about.json").write_text("nothing")
    session = RecoverySession(tmp_path)
    (copy,) = session.abandoned()
    assert copy.original is None
    session.discard(copy)
    session.close()
    assert (folder / "2.design.json").read_text() == "{ half"


def test_a_document_without_a_file_has_none(tmp_path: Path) -> None:
    # The folder's lock is let go of by hand, as the system does it for a process that is no more.
    left = RecoverySession(tmp_path)
    document = Document(Design("new"))
    document.mark_unsaved()
    left.watch(document).tick()
    left._lock.release()
    session = RecoverySession(tmp_path)
    (copy,) = session.abandoned()
    assert (copy.name, copy.original) == ("new", None)
    session.close()
    left.close()


def test_the_copies_original_follows_a_save_as(session: RecoverySession, tmp_path: Path, clock: Clock) -> None:
    document = Document(Design("a"), "first.design.json")
    autosave = session.watch(document)
    grow(document)
    autosave.tick()
    document.path = str(tmp_path / "second.design.json")
    clock.now += 10
    assert autosave.tick()
    about = copies(tmp_path)[0].with_name("1.about.json").read_text()
    assert "second.design.json" in about
    assert os.path.abspath("first.design.json") not in about


def test_a_damaged_copy_is_told_and_goes_only_when_it_is_discarded(tmp_path: Path) -> None:
    folder = tmp_path / "recovery" / "4711-dead"
    folder.mkdir(parents=True)
    (folder / "1.design.json").write_text('{"format": "bottleneck-desig')
    save(template("bottleneck").build(), folder / "2.design.json")
    session = RecoverySession(tmp_path)
    assert [copy.path.name for copy in session.abandoned()] == ["2.design.json"]
    (damaged,) = session.damaged()
    assert damaged.path == folder / "1.design.json"
    assert "line 1" in damaged.reason
    session.discard(session.abandoned()[0])
    assert damaged.path.exists()
    session.discard(damaged)
    assert not folder.exists()
    session.close()
