"""Processes and what they have started: who they are, what memory they use, and an end to all of them.

On Linux nothing escapes: a process that outlives its parent becomes a child of the nearest ancestor that has asked for
orphans (`adopt_orphans`), however it has detached itself. Elsewhere a process group is all that can be ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

SET_PDEATHSIG, SET_CHILD_SUBREAPER = 1, 36  # of prctl(2)


def adopt_orphans() -> None:
    """Become the parent of all descendants that lose theirs."""
    _prctl(SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have the system kill this process when its parent ends."""
    _prctl(SET_PDEATHSIG, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The processes that `pid` is the parent of; where the system does not say, none."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        return [int(child) for thread in threads for child in _read(f"/proc/{pid}/task/{thread}/children").split()]
    except FileNotFoundError:  # the process is gone, or the system was built without these files
        return [int(entry) for entry in _listed() if _parent(entry) == pid]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """`pid` and every process below it."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children(found[-1])
    return found


def memory(pid: int) -> int:
    """Bytes of main memory of `pid` and everything below it; what they share with others counts in proportion."""
    return sum(map(_memory_of_one, descendants(pid)))


def end_children(seconds: float = 10) -> None:
    """Kill all children of this process, and those that become its children thereby, and wait until they are gone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        for pid in children(os.getpid()):
            kill(pid, signal.SIGKILL)
        time.sleep(0.001)


def kill(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def kill_group(pid: int, number: int) -> None:
    """Send a signal to a process group that may be gone."""
    with contextlib.suppress(OSError):
        os.killpg(pid, number)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


def _listed() -> list[str]:
    try:
        return [entry for entry in os.listdir("/proc") if entry.isdigit()]
    except OSError:
        return []


def _parent(pid: str) -> int:
    try:
        return int(_read(f"/proc/{pid}/stat").rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _memory_of_one(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int(_read(f"/proc/{pid}/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
