"""What a process may use, read from trees of files as systems have them: bare, in a container, nested, hybrid."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from designer import machine

ROOT = Path(__file__).parents[1]
MEMINFO = "MemTotal:       24000000 kB\nMemFree:         9000000 kB\nMemAvailable:   20000000 kB\n"
HOST = 20_000_000 * 1024

# As the kernel prints them: id, parent, device, root of the mount, mount point, options, then type, source, options.
V2 = "25 20 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
V1_MEMORY = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
V1_CPU = "33 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
UNIFIED = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
OTHER = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"

Files = Mapping[str, str]


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system of twenty gigabytes and eight processors with no group at all."""
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)), raising=False)
    write(tmp_path, {"proc/meminfo": MEMINFO})
    return tmp_path


def write(root: Path, files: Files) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if text.endswith("\n") else text + "\n")


def groups(mounts: str, own: str) -> Files:
    return {"proc/self/mountinfo": OTHER + mounts, "proc/self/cgroup": own}


MEMORY: Mapping[str, tuple[Files, int]] = {
    "no groups": ({}, HOST),
    "a container with a namespace of its own": (
        {
            **groups(V2, "0::/"),
            "sys/fs/cgroup/memory.max": "1500000000",
            "sys/fs/cgroup/memory.current": "400000000",
        },
        1_100_000_000,
    ),
    "files kept for the next reader can be let go": (
        {
            **groups(V2, "0::/"),
            "sys/fs/cgroup/memory.max": "1500000000",
            "sys/fs/cgroup/memory.current": "1450000000",
            "sys/fs/cgroup/memory.stat": "anon 300000000\nfile 1100000000\ninactive_file 1000000000\nactive_file 7",
        },
        1_050_000_000,
    ),
    "no limit": (
        {**groups(V2, "0::/user.slice"), "sys/fs/cgroup/user.slice/memory.max": "max"},
        HOST,
    ),
    "the limit stands on an ancestor": (
        {
            **groups(V2, "0::/limited.slice/a.scope/b"),
            "sys/fs/cgroup/limited.slice/memory.max": "3000000000",
            "sys/fs/cgroup/limited.slice/memory.current": "1000000000",
            "sys/fs/cgroup/limited.slice/a.scope/memory.max": "max",
            "sys/fs/cgroup/limited.slice/a.scope/memory.current": "5",
            "sys/fs/cgroup/limited.slice/a.scope/b/memory.max": "9000000000",
            "sys/fs/cgroup/limited.slice/a.scope/b/memory.current": "5",
        },
        2_000_000_000,
    ),
    "a neighbour's limit is not ours": (
        {
            **groups(V2, "0::/ours"),
            "sys/fs/cgroup/theirs/memory.max": "1000",
            "sys/fs/cgroup/theirs/memory.current": "1",
        },
        HOST,
    ),
    "version 1, nested": (
        {
            **groups(V1_MEMORY + V1_CPU, "4:memory:/docker/abc\n1:cpu,cpuacct:/docker/abc"),
            "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "1500000000",
            "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "500000000",
            "sys/fs/cgroup/memory/docker/abc/memory.stat": "inactive_file 1\ntotal_inactive_file 100000000",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "500000000",
        },
        1_100_000_000,
    ),
    "version 1 in a container that sees the host's path": (
        {
            **groups(V1_MEMORY.replace(" / /sys", " /docker/abc /sys"), "4:memory:/docker/abc"),
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "1500000000",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "500000000",
        },
        1_000_000_000,
    ),
    "a path of the host's of which nothing is mounted here": (
        {
            **groups(V1_MEMORY.replace(" / /sys", " /kubepods/pod1 /sys"), "4:memory:/system.slice/x"),
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "700",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000",
        },
        0,
    ),
    "a group above the namespace": (
        {
            **groups(V2, "0::/../../outside"),
            "sys/fs/cgroup/memory.max": "900",
            "sys/fs/cgroup/memory.current": "100",
        },
        800,
    ),
    "hybrid: memory is version 1 though version 2 is mounted too": (
        {
            **groups(UNIFIED + V1_MEMORY, "4:memory:/box\n1:name=systemd:/x\n0::/session"),
            "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "5000",
            "sys/fs/cgroup/memory/box/memory.usage_in_bytes": "1000",
            "sys/fs/cgroup/unified/session/cgroup.controllers": "",
        },
        4000,
    ),
    "hybrid: memory is version 2 though others are version 1": (
        {
            **groups(UNIFIED + V1_CPU, "1:cpu,cpuacct:/\n0::/session"),
            "sys/fs/cgroup/unified/session/memory.max": "6000",
            "sys/fs/cgroup/unified/session/memory.current": "1000",
        },
        5000,
    ),
    "a mount point with a blank in its name": (
        {
            **groups(V2.replace("/sys/fs/cgroup", "/my\\040groups"), "0::/"),
            "my groups/memory.max": "7000",
            "my groups/memory.current": "0",
        },
        7000,
    ),
    "files that make no sense": (
        {
            "proc/self/mountinfo": "nonsense\n - \n1 2 3\n" + V2,
            "proc/self/cgroup": "nonsense\n\n0::/x:y",
            "sys/fs/cgroup/x:y/memory.max": "much",
            "sys/fs/cgroup/x:y/memory.current": "",
        },
        HOST,
    ),
}


@pytest.mark.parametrize("case", MEMORY)
def test_memory_is_what_the_groups_leave(system: Path, case: str) -> None:
    files, expected = MEMORY[case]
    write(system, files)
    assert machine.free_memory() == expected


def test_the_systems_pages_count_where_there_is_no_list_of_memory(system: Path) -> None:
    (system / "proc/meminfo").unlink()
    free = machine.free_memory()
    assert free is not None
    assert 0 < free <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_a_limit_of_address_space_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (mapped + 1_000_000, mapped + 1_000_000))
    free = machine.free_memory()
    assert free is not None
    assert 0 < free <= 1_100_000


PROCESSORS: Mapping[str, tuple[Files, float | None, int]] = {
    "no groups": ({}, None, 8),
    "half a processor": ({**groups(V2, "0::/"), "sys/fs/cgroup/cpu.max": "50000 100000"}, 0.5, 1),
    "one and a half": ({**groups(V2, "0::/"), "sys/fs/cgroup/cpu.max": "150000 100000"}, 1.5, 1),
    "more than there are": ({**groups(V2, "0::/"), "sys/fs/cgroup/cpu.max": "1600000 100000"}, 16.0, 8),
    "no quota": ({**groups(V2, "0::/"), "sys/fs/cgroup/cpu.max": "max 100000"}, None, 8),
    "the ancestor's is less": (
        {
            **groups(V2, "0::/a/b"),
            "sys/fs/cgroup/a/cpu.max": "200000 100000",
            "sys/fs/cgroup/a/b/cpu.max": "400000 100000",
        },
        2.0,
        2,
    ),
    "version 1": (
        {
            **groups(V1_CPU, "1:cpu,cpuacct:/docker/abc"),
            "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "300000",
            "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
        },
        3.0,
        3,
    ),
    "hybrid": (
        {
            **groups(UNIFIED + V1_CPU + V1_MEMORY, "4:memory:/\n1:cpu,cpuacct:/\n0::/"),
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
        },
        0.5,
        1,
    ),
    "files that make no sense": ({**groups(V2, "0::/"), "sys/fs/cgroup/cpu.max": "50000 0\nmany"}, None, 8),
}


@pytest.mark.parametrize("case", PROCESSORS)
def test_processors_are_what_a_quota_feeds(system: Path, case: str) -> None:
    files, quota, threads = PROCESSORS[case]
    write(system, files)
    assert machine.quota() == quota
    assert machine.processors() == threads
    assert machine.allowed() == min(8.0, quota or 8.0)


def test_processors_are_those_this_process_may_run_on(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {3, 5}, raising=False)
    assert machine.affinity() == frozenset({3, 5})
    assert machine.processors() == machine.usable() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    assert machine.affinity() is None
    assert machine.processors() == 64


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"sys/fs/cgroup/cpu.max": "50000 100000", "sys/fs/cgroup/cpu.stat": "nr_periods 9\nthrottled_usec 2500000"},
            2.5,
        ),
        ({"sys/fs/cgroup/cpu.max": "max 100000", "sys/fs/cgroup/cpu.stat": "throttled_usec 2500000"}, None),
        ({}, None),
    ],
)
def test_the_time_a_quota_held_us_back_is_read(system: Path, files: Files, expected: float | None) -> None:
    write(system, {**groups(V2, "0::/"), **files})
    assert machine.throttled_s() == expected


def test_the_same_of_version_1_is_in_nanoseconds(system: Path) -> None:
    folder = "sys/fs/cgroup/cpu,cpuacct"
    write(system, {**groups(V1_CPU, "1:cpu,cpuacct:/"), f"{folder}/cpu.cfs_quota_us": "50000"})
    write(system, {f"{folder}/cpu.cfs_period_us": "100000", f"{folder}/cpu.stat": "throttled_time 2500000000"})
    assert machine.throttled_s() == 2.5


def test_number_libraries_begin_no_more_threads_than_a_quota_feeds(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    machine.keep_to_quota()
    assert "OMP_NUM_THREADS" not in os.environ
    write(system, {**groups(V2, "0::/"), "sys/fs/cgroup/cpu.max": "250000 100000"})
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    machine.keep_to_quota()
    assert os.environ["OMP_NUM_THREADS"] == "7", "somebody has chosen"
    monkeypatch.delenv("OMP_NUM_THREADS")
    machine.keep_to_quota()
    assert os.environ["OMP_NUM_THREADS"] == "2"
    monkeypatch.delenv("OMP_NUM_THREADS")


@pytest.mark.torch
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system does not bind processes to processors")
def test_a_process_on_one_processor_measures_on_one_thread_unless_told_otherwise() -> None:
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "import torch; torch.set_num_threads(4)\n"
        "from designer.runtime.measure.devices import running_on\n"
        "from designer.runtime.measure.inventory import inventory\n"
        "with running_on(None) as by_itself, running_on(3) as told: pass\n"
        "print(by_itself, told, torch.get_num_threads(), inventory().devices[0].threads)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "1 3 4 1\n", done.stderr


def test_nobody_else_asks_the_system() -> None:
    asking = (
        *("cpu_count(", "sched_getaffinity", "process_cpu_count", "SC_NPROCESSORS"),
        *("proc/meminfo", "/sys/fs/cgroup", "SC_PHYS_PAGES", "SC_AVPHYS_PAGES", "RLIMIT_AS", "virtual_memory("),
    )
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in sorted((ROOT / "designer").rglob("*.py"))
        if path.name != "machine.py"
        for word in asking
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []
