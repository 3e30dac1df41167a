"""How much main memory there is for steps, whether the system has ended a process because there was none left, and what
a step's process does with memory that it no longer needs.

Example:
    available()     # 12_400_000_000
    kills()         # 0; a step that was ended by SIGKILL has run out of memory if it is more afterwards
    keep_freed()    # from now on this process does not hand large arrays back to the system

In a container its own limit counts, which is that of its control group.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

ROOT = Path("/")
TRIM_THRESHOLD, MMAP_MAX = -1, -4
"""Parameters of glibc's `mallopt`, by their names in malloc.h."""
ALLOCATOR = (
    "GLIBC_TUNABLES",
    *(f"MALLOC_{name}_" for name in ("MMAP_MAX", "MMAP_THRESHOLD", "TOP_PAD", "TRIM_THRESHOLD")),
)
"""Variables by which a user decides when glibc hands memory back."""


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


def keep_freed() -> bool:
    """Let this process keep memory that it has freed, for what it needs next; whether the system's C library can.

    glibc gets each large array from the system and hands it back as soon as it is freed. The next one consists of new
    pages, which the system fills with zeros, one fault for every 4 KB: for a network's feature maps that can take as
    long as the arithmetic. A step's process ends soon, and gives back everything then. What it has kept counts as used
    until then, and where arrays grow or differ in size its peak can rise. Whoever has set the variables by which glibc
    decides this is obeyed; Dask's nannies do. In threads glibc has heaps of their own, for which little changes.
    """
    if any(name in os.environ for name in ALLOCATOR):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library; on Windows None names none
        return False
    # Each returns 1 if it could: no array has pages of its own, and nothing is handed back.
    return bool(mallopt(MMAP_MAX, 0)) and bool(mallopt(TRIM_THRESHOLD, -1))


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
