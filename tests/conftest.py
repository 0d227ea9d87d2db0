"""What every test runs under: no display unless one was asked for, and Hypothesis at a pace that does not flake.

And a folder of the program's own that is not the user's: what torch.compile wrote is kept there from run to run.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from hypothesis import settings

_WHO = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# By its name: the package reads it when it is imported.
os.environ.setdefault("BOTTLENECK_DESIGNER_DATA", str(Path(tempfile.gettempdir(), f"bottleneck-designer-tests-{_WHO}")))

settings.register_profile("here", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
