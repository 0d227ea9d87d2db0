"""What is loaded does not report its use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parents[2]

EXPORT = """
import sys
import designer
from designer.runtime.onnx_file import export_onnx
export_onnx(designer.template("separable"), sys.argv[1])
import os
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
assert sys.modules["openvino_telemetry"] is None
inodes = set()
for entry in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else ():
    try:
        link = os.readlink(f"/proc/self/fd/{entry}")
    except OSError:
        continue
    if link.startswith("socket:["):
        inodes.add(link[8:-1])
for table in ("tcp", "tcp6", "udp", "udp6"):
    if os.path.exists(f"/proc/self/net/{table}"):
        for line in open(f"/proc/self/net/{table}").readlines()[1:]:
            assert line.split()[9] not in inodes, line
"""


def test_an_export_leaves_nothing_in_the_home_folder_and_holds_no_internet_socket(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, str(out / "net.onnx")],
        env=kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()] == []
    assert [path.name for path in out.iterdir()] == ["net.onnx"]
