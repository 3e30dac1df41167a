"""How much main memory there is for steps, and whether the system has ended a process because there was none left.

Example:
    available()     # 12_400_000_000
    kills()         # 0; a step that was ended by SIGKILL has run out of memory if it is more afterwards

In a container its own limit counts, which is that of its control group.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

ROOT = Path("/")


def available(root: Path = ROOT) -> int | None:
    """Bytes of main memory that can be used without swapping; None where the system does not say.

    Args:
        root: the folder that `proc` and `sys` are in.
    """
    found = []
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemAvailable:"):
            found.append(int(line.split()[1]) * 1024)
    group = _control_group(root)
    with contextlib.suppress(OSError, ValueError):
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        cached = next((int(line.split()[1]) for line in _lines(group / "memory.stat") if line.startswith("file ")), 0)
        found.append(limit - used + cached)
    return max(0, min(found)) if found else None


def kills(root: Path = ROOT) -> int:
    """How many processes the system has ended so far to have memory again; 0 where it does not say."""
    for file in (_control_group(root) / "memory.events", root / "proc/vmstat"):
        for line in _lines(file):
            name, _, count = line.partition(" ")
            if name == "oom_kill" and count.isdigit():
                return int(count)
    return 0


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _control_group(root: Path) -> Path:
    """The folder of the control group that this process is in."""
    own = [line[3:] for line in _lines(root / "proc/self/cgroup") if line.startswith("0::")]
    folder = root / "sys/fs/cgroup" / (own[0].strip("/") if own else "")
    return folder if folder.is_dir() else root / "sys/fs/cgroup"


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
