"""Peak memory of a part of a computation."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import threading
from pathlib import Path
from types import TracebackType

_STATM = Path("/proc/self/statm")


class PeakMemory:
    """The peak resident memory of this process while the block runs, sampled every 20 ms.

        with PeakMemory() as peak:
            ...
        peak.bytes

    Memory that was freed before does not count: a process may keep it, but here it is given back to the system first.
    The kernel's own high-water mark (`ru_maxrss`) never falls, so it cannot tell the parts of a run apart. It is used
    only where there is no /proc.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        _give_back()
        self._sample()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._sample()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._sample()

    def _sample(self) -> None:
        self.bytes = max(self.bytes, _resident())


def resident() -> int:
    """Bytes of physical memory that this process uses now, without what it has freed."""
    _give_back()
    return _resident()


def _give_back() -> None:
    """Return freed memory to the system, where the C library can: glibc's `malloc_trim`."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim:
        trim(0)


def _resident() -> int:
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
