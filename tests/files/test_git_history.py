"""Earlier states of a design file from git, with real repositories, hostile ones among them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from designer.errors import DesignFileError
from designer.files.design_json import save
from designer.files.git_history import design_at, revisions
from designer.graph.design import Design
from designer.templates.networks import template

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)


def bottleneck(expansion: float) -> Design:
    return template("bottleneck").build(expansion=expansion)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "nets").mkdir()
    save(bottleneck(6.0), tmp_path / "nets" / "old name.design.json")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Six, as in the paper")
    git(tmp_path, "mv", "nets/old name.design.json", "nets/net.design.json")
    git(tmp_path, "commit", "-qm", "Rename")
    save(bottleneck(4.0), tmp_path / "nets" / "net.design.json")
    git(tmp_path, "commit", "-qam", "Four")
    return tmp_path


def test_every_state_is_found_through_a_rename(repository: Path) -> None:
    path = repository / "nets" / "net.design.json"
    found = revisions(path)
    assert [each.subject for each in found] == ["Four", "Rename", "Six, as in the paper"]
    assert design_at(path, found[0]) == bottleneck(4.0)
    assert design_at(path, found[1]) == bottleneck(6.0)
    assert design_at(path, found[2]) == bottleneck(6.0)


def test_a_file_without_commits_has_no_earlier_states(repository: Path) -> None:
    path = repository / "new.design.json"
    save(bottleneck(2.0), path)
    assert revisions(path) == ()


def test_outside_a_repository_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "net.design.json"
    save(bottleneck(2.0), path)
    with pytest.raises(DesignFileError, match="git knows no earlier state"):
        revisions(path)


def test_nothing_that_the_repository_configures_is_run(repository: Path) -> None:
    trap = repository / "ran"
    script = repository / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch '{trap}'\ncat\n")
    script.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "diff.evil.textconv", "diff.external", "core.sshCommand"):
        git(repository, "config", name, str(script))
    (repository / ".gitattributes").write_text("*.json diff=evil filter=evil\n")
    git(repository, "config", "filter.evil.smudge", str(script))
    trap.unlink(missing_ok=True)
    path = repository / "nets" / "net.design.json"
    for revision in revisions(path):
        design_at(path, revision)
    assert not trap.exists()
