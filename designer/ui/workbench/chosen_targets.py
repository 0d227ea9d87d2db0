"""The targets that a person chose to hold designs against; read from their files when they are first asked for."""

from __future__ import annotations

from designer.targets.profile import Profile
from designer.targets.profile_files import targets
from designer.ui.look.settings import Settings


class ChosenTargets:
    """What the settings name, those left out whose files are gone.

    Args:
        settings: Say which.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, Profile] | None = None

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The targets, in the order they were chosen."""
        keys = self._settings.targets
        if not keys:
            return ()
        if self._known is None:
            self._known = {profile.key: profile for profile in targets()}
        known = self._known
        return tuple(known[key] for key in keys if key in known)

    def read_again(self) -> None:
        """Look at the files anew: others may have been chosen, or changed."""
        self._known = None
