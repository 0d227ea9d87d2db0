"""What journeys share with the window's own tests."""

from __future__ import annotations

from tests.ui.conftest import settings, theme

__all__ = ["settings", "theme"]
