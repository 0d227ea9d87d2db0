"""The diff command: exit codes, JSON, and both ways of serving git, tried with a real repository."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from designer.edit.edits import delete, move, set_parameter
from designer.errors import DesignerError, DesignFileError
from designer.files.design_json import save
from designer.files.diff import run
from designer.graph.design import Design, NodeId, Point
from designer.templates.networks import template
from tests.matching.edited_designs import scrambled

ROOT = Path(__file__).resolve().parents[2]
NAME = "net.design.json"
COMMAND = shlex.join([sys.executable, "-m", "designer", "diff"])

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def diff(*files: str, as_json: bool = False, as_text: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    return run(files, out, as_json, as_text), out.getvalue()


@pytest.fixture
def before() -> Design:
    return template("mobilenet_v2").build()


@pytest.fixture
def after(before: Design) -> Design:
    return set_parameter(before, [NodeId("bottleneck_3")], "expansion", 4.0)


@pytest.fixture
def files(tmp_path: Path, before: Design, after: Design) -> tuple[str, str]:
    paths = str(tmp_path / "a.design.json"), str(tmp_path / "b.design.json")
    save(before, paths[0])
    save(after, paths[1])
    return paths


def test_one_line_a_change_and_exit_code_1(files):
    assert diff(*files) == (1, "bottleneck_3: expansion 6 → 4\n")


def test_exit_code_0_where_only_ids_order_and_places_differ(tmp_path, before, files):
    other = tmp_path / "other.design.json"
    save(scrambled(Random(1), before), other)

    assert diff(files[0], str(other)) == (0, "")


def test_what_cannot_be_read_is_refused(tmp_path, files):
    with pytest.raises(DesignFileError, match=r"missing\.design\.json"):
        diff(files[0], str(tmp_path / "missing.design.json"))


@pytest.mark.parametrize(("names", "as_text"), [("a", False), ("abc", False), ("ab", True)])
def test_another_number_of_files_is_refused(names, as_text):
    with pytest.raises(DesignerError, match="diff takes"):
        diff(*names, as_text=as_text)


def test_as_a_command_of_the_program(files):
    def status(*words: str) -> int:
        return subprocess.run([*shlex.split(COMMAND), *words], cwd=ROOT, capture_output=True, check=False).returncode

    assert [status(files[0], files[0]), status(*files), status(files[0], "missing.json")] == [0, 1, 2]


def test_json_says_the_same(files):
    code, out = diff(*files, as_json=True)
    data = json.loads(out)

    assert code == 1
    assert not data["same"]
    (change,) = data["changes"]
    assert change["kind"] == "changed"
    assert change["after"] == ["bottleneck_3"]
    assert change["fields"] == [{"name": "expansion", "before": "6", "after": "4", "unit": ""}]
    assert change["line"] == "bottleneck_3: expansion 6 → 4"
    assert len(data["pairs"]) == 25


def test_textconv_knows_no_places(tmp_path, before, files):
    moved = tmp_path / "moved.design.json"
    save(move(before, {id: Point(3.0, 4.0) for id in before.nodes}), moved)

    assert diff(str(moved), as_text=True) == diff(files[0], as_text=True)
    assert "  bottleneck_3: Bottleneck (V2), expansion 6," in diff(files[0], as_text=True)[1]


def test_textconv_of_what_is_no_design_is_the_reason_and_the_text(tmp_path):
    broken = tmp_path / "broken.design.json"
    broken.write_text("<<<<<<< ours\n{}\n", encoding="utf-8")

    code, out = diff(str(broken), as_text=True)

    assert code == 0
    assert "git left an unsettled merge" in out.splitlines()[0]
    assert out.endswith("<<<<<<< ours\n{}\n")


def test_a_renamed_file_has_nine_arguments(files):
    code, out = diff("old.json", files[0], "0", "100644", files[1], "0", "100644", "new.json", "similarity 98%")

    assert (code, out) == (0, "design old.json → new.json\n  bottleneck_3: expansion 6 → 4\n")


# With git itself ------------------------------------------------------------------------------------------------------


class Repository:
    """A fresh repository that knows nothing of its user's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Somebody")
        self.git("config", "user.email", "somebody@example.org")
        (folder / ".gitattributes").write_text("*.design.json diff=design\n", encoding="utf-8")

    def git(self, *arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "GIT_PAGER": "cat",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, design: Design) -> None:
        save(design, self.folder / NAME)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A state")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@needs_git
def test_as_textconv_git_shows_one_changed_line(repository, before, after):
    repository.git("config", "diff.design.textconv", f"{COMMAND} --textconv")
    repository.commit(before)
    save(move(after, {NodeId("head"): Point(900.0, 900.0)}), repository.folder / NAME)

    changed = [
        line for line in repository.git("diff").splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]

    assert [line[0] for line in changed] == ["-", "+"]
    assert "bottleneck_3: Bottleneck (V2), expansion 6," in changed[0]
    assert "bottleneck_3: Bottleneck (V2), expansion 4," in changed[1]


@needs_git
def test_as_external_driver_git_shows_the_changes_in_words(repository, before, after):
    repository.git("config", "diff.design.command", COMMAND)
    repository.commit(before)
    repository.commit(delete(after, [NodeId("bottleneck_9")]))

    shown = repository.git("diff", "HEAD~1", "HEAD").splitlines()
    logged = repository.git("log", "-1", "--patch", "--ext-diff", "--format=%s").splitlines()

    assert shown == [
        f"design {NAME}",
        "  bottleneck_3: expansion 6 → 4",
        "  - bottleneck_9 (Bottleneck (V2), out channels 64) after bottleneck_8",
    ]
    assert logged[-3:] == shown


@needs_git
def test_as_external_driver_of_new_deleted_moved_and_broken_files(repository, before):
    repository.git("config", "diff.design.command", COMMAND)
    repository.git("commit", "--quiet", "--allow-empty", "--message", "Nothing yet")
    repository.commit(before)
    born = repository.git("diff", "HEAD~1", "HEAD", "--", NAME).splitlines()

    assert born[0] == f"design {NAME} (new)"
    assert len(born) == 1 + len(before.nodes)

    save(move(before, {id: Point(0.0, 0.0) for id in before.nodes}), repository.folder / NAME)
    assert repository.git("diff") == f"design {NAME}\n"

    (repository.folder / NAME).write_text("{", encoding="utf-8")
    assert "it ends too early" in repository.git("diff")

    (repository.folder / NAME).unlink()
    assert repository.git("diff").splitlines()[0] == f"design {NAME} (deleted)"


@needs_git
def test_as_external_driver_in_an_unsettled_merge(repository, before, after):
    repository.git("config", "diff.design.command", COMMAND)
    repository.commit(before)
    repository.git("checkout", "--quiet", "-b", "other")
    repository.commit(after)
    repository.git("checkout", "--quiet", "main")
    repository.commit(set_parameter(before, [NodeId("bottleneck_3")], "expansion", 2.0))
    subprocess.run(["git", "merge", "--quiet", "other"], cwd=repository.folder, capture_output=True, check=False)

    shown = repository.git("diff", "--base").splitlines()

    assert f"design {NAME}: merge not settled" in shown, shown
