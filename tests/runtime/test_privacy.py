"""The whole program keeps to itself: nothing reaches for the internet, and nothing is left outside its own folders."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from designer.files.storage import FOLDER_NAME

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parents[2]

EXPORTS = """
import os, sys
from pathlib import Path
import designer
from designer.export.formats import formats
from designer.runtime.formats.export import export_design
design = designer.template("separable", channels=8, out_channels=16, resolution=16)
for each in formats():
    if each.is_available:
        folder = Path(sys.argv[1], each.key)
        folder.mkdir()
        export_design(design, folder / f"net{each.endings[0]}", each.key)
        print(each.key)
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
assert sys.modules["openvino_telemetry"] is None
"""

BENCH = """
import sys
from pathlib import Path
import designer
from designer.__main__ import main
file = str(Path(sys.argv[1], "it.design.json"))
designer.save(designer.template("separable", channels=8, out_channels=16, resolution=16), file)
for words in (["--backend", "all"], ["--roofline"], ["--per-node"], ["--against", file]):
    assert main(["bench", file, "--threads", "1", "--time-limit", "0.2", *words]) == 0
assert main(["devices"]) == main(["cost", file]) == main(["check", file]) == 0
assert main(["compare", file, file, "--report", str(Path(sys.argv[1], "report.html"))]) == 0
assert main(["render", file, "-o", str(Path(sys.argv[1], "it.svg"))]) == 0
"""

WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from designer.files.design_json import dumps
from designer.measurement.options import RankOptions, RooflineOptions
from designer.ui.shell import application
from designer.worker.orders import ExportOrder, RankOrder, RooflineOrder

open_first, done = application.open_first, []

def follow(window, paths):
    open_first(window, paths)
    window.bench.latency.set_live(False)
    window.worker.idle.connect(lambda: QApplication.exit(0 if len(done) == 3 else 1))
    text = dumps(window.bench.tab.document.design)
    window.bench.latency.measure_now()
    for order in (
        RankOrder(text, RankOptions(time_limit=0.2, threads=1), ("eager", "onnxruntime")),
        RooflineOrder(text, RooflineOptions(time_limit=0.2, threads=1), str(application_data())),
        ExportOrder(text, str(Path(sys.argv[1], "net.onnx"))),
    ):
        job = window.worker.submit(order)
        job.done.connect(lambda _report, kind=order.kind: done.append(kind))
        job.failed.connect(lambda failure: print(failure, file=sys.stderr))
    QTimer.singleShot(120_000, lambda: QApplication.exit(2))

def application_data():
    from designer.files.storage import data_folder
    return data_folder()

application.open_first = follow
status = application.run()
print(sorted(done))
sys.exit(status)
"""


class Ran(NamedTuple):
    """A process that was watched.

    Attributes:
        status: How it ended.
        out: What it printed.
        err: What it complained of, with what was seen of sockets.
        left: What it left behind, below its home, its folder for temporary files, and the folder it stood in.
    """

    status: int
    out: str
    err: str
    left: list[str]


def watched(code: str, folder: Path) -> Ran:
    """Run code as a person with an empty home, in a process that is seen when it, or a child, asks for a socket."""
    places = {name: folder / name for name in ("home", "config", "cache", "data", "state", "temporary", "stood_in")}
    for place in (*places.values(), folder / "out"):
        place.mkdir(parents=True)
    log = folder / "sockets"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("XDG_", "ORT_", "BOTTLENECK_", "TORCH"))
    }
    environment = kept | {
        "HOME": str(places["home"]),
        "USERPROFILE": str(places["home"]),
        "APPDATA": str(places["data"]),
        "LOCALAPPDATA": str(places["cache"]),
        **{f"XDG_{name.upper()}_HOME": str(places[name]) for name in ("config", "cache", "data", "state")},
        **{name: str(places["temporary"]) for name in ("TMPDIR", "TEMP", "TMP")},
        "WATCH_LOG": str(log),
        "PYTHONPATH": os.pathsep.join((str(Path(__file__).with_name("watched")), str(ROOT))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "out")],
        cwd=places["stood_in"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    seen = log.read_text(encoding="utf-8") if log.exists() else ""
    left = [
        path.relative_to(folder).as_posix() for place in places.values() for path in place.rglob("*") if path.is_file()
    ]
    return Ran(done.returncode, done.stdout, done.stderr + seen, sorted(left))


def not_ours(left: list[str]) -> list[str]:
    """What lies neither in a folder of the program's own nor is the file by which measurements take turns."""
    return [
        path
        for path in left
        if FOLDER_NAME not in path.split("/")[1:-1] and not path.startswith(f"temporary/{FOLDER_NAME}-measuring-")
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import socket; socket.socket(socket.AF_INET)", "socket.__new__"),
        ("import socket; socket.getaddrinfo('localhost', 80)", "socket.getaddrinfo"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'])", "__new__"),
    ],
)
def test_the_watch_sees_what_it_is_for(code: str, name: str, tmp_path: Path) -> None:
    assert name in watched(code, tmp_path).err


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is asked to watch")
def test_the_kernel_sees_what_python_does_not(tmp_path: Path) -> None:
    ask = "import ctypes, os; print(os.environ['WATCH_BY_KERNEL'], flush=True); "
    code = f"{ask}ctypes.CDLL(None).socket({int(socket.AF_INET)}, 1, 0)"
    done = watched(code, tmp_path)
    if done.out == "yes\n":
        assert done.status == -signal.SIGSYS
        within = f"{ask}ctypes.CDLL(None).socket({int(socket.AF_UNIX)}, 1, 0)"
        assert watched(within, tmp_path / "again").status == 0


def test_every_export_keeps_to_itself(tmp_path: Path) -> None:
    done = watched(EXPORTS, tmp_path)
    assert done.status == 0, done.err
    assert "socket." not in done.err
    assert {"onnx", "onnx_int8", "pytorch"} <= set(done.out.split())
    assert not_ours(done.left) == []


def test_every_way_to_measure_keeps_to_itself(tmp_path: Path) -> None:
    done = watched(BENCH, tmp_path)
    assert done.status == 0, done.err
    assert "socket." not in done.err
    assert not_ours(done.left) == []


@pytest.mark.gui
def test_the_window_and_its_worker_keep_to_themselves(tmp_path: Path) -> None:
    done = watched(WINDOW, tmp_path)
    assert done.status == 0, done.err
    assert "socket." not in done.err
    assert done.out == "['export', 'rank', 'roofline']\n"
    assert not_ours(done.left) == []
