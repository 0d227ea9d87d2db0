"""A short attack by mutated design files; ``python -m tests.attacks.designs --count 3000`` is the long one."""

from __future__ import annotations

import pytest

from tests.attacks import designs

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("qapp")]


@pytest.mark.slow
def test_no_mutated_file_ends_in_a_traceback_or_a_hang() -> None:
    found = designs.run(300, seed=1, commands=2)
    assert [(ended.words, ended.fault) for _, ended in found] == []


def test_the_attack_sees_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise TypeError("of no use")

    monkeypatch.setattr("designer.commands.check.run", broken)
    assert any("TypeError: of no use" in ended.fault for _, ended in designs.run(1))
