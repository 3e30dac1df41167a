"""The GPUs of this machine, and what they are doing, as NVIDIA's own `nvidia-smi` says.

Example:
    devices()     # [Device("GPU-5f2c…", "NVIDIA H100 80GB HBM3", 85_520_809_984, 12_400_000_000, 97)]

Nothing of a step has to be asked: the program comes with the driver, and where it is missing there is no such GPU.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tpdl.plan.plan import Plan

QUERY = ("uuid", "index", "name", "memory.total", "memory.used", "utilization.gpu")
MEBIBYTE = 2**20
VISIBLE = "CUDA_VISIBLE_DEVICES"
"""Environment variable: the GPUs that a process may use, by number or by the beginning of their UUID."""
INTERVAL = 2.0
"""Seconds between two looks at what the GPUs are doing."""


@dataclass(frozen=True)
class Device:
    """A GPU."""

    uuid: str
    """What `CUDA_VISIBLE_DEVICES` may call it."""
    name: str
    memory: int = 0
    """Bytes that it has; 0 where nobody knows."""
    used: int = 0
    """Bytes that are in use, by whomever."""
    utilisation: int | None = None
    """Per cent of the last moments in which it was at work."""


def devices() -> list[Device]:
    """The GPUs that this process may use; none where there is no driver.

    One that `CUDA_VISIBLE_DEVICES` names and the driver does not list, a part of a GPU for instance, is there with an
    unknown memory.
    """
    found = _listed()
    visible = os.environ.get(VISIBLE)
    if visible is None or not found:
        return [device for _, device in found]
    chosen = []
    for name in filter(None, map(str.strip, visible.split(","))):
        if name == "-1":
            break  # as CUDA has it: what comes after an invalid number is not visible
        known = [device for index, device in found if name == index or device.uuid.startswith(name)]
        chosen.append(known[0] if known else Device(name, "GPU"))
    return chosen


def as_run_here(plan: Plan, executor: str | None = None) -> Plan:
    """The plan as an executor carries it out on this machine: without a GPU, some cells run one by one.

    Elsewhere than on this machine there may be a GPU; there, cells run together as declared.
    """
    for_gpu = any(step.together and step.may_run_alone for step in plan.steps.values())
    elsewhere = executor not in (None, "process", "inline", "dask")
    return plan if elsewhere or not for_gpu or devices() else plan.without_gpu()


def _listed() -> list[tuple[str, Device]]:
    """All GPUs, each with its number."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    found = []
    for line in said.splitlines():
        with contextlib.suppress(ValueError):
            uuid, index, name, total, used, busy = (part.strip() for part in line.split(","))
            utilisation = int(busy) if busy.isdigit() else None
            known, taken = (int(text) * MEBIBYTE if text.isdigit() else 0 for text in (total, used))
            found.append((index, Device(uuid, name, known, taken, utilisation)))
    return found


class Monitor:
    """Looks at the GPUs now and then, in a thread, while the block runs.

    with Monitor() as monitor:
        monitor.news()     # what has been seen since it was last asked for; None where nothing has

    Args:
        look: how; by default `devices`.
        interval: seconds between two looks.
    """

    def __init__(self, look: Callable[[], list[Device]] = devices, interval: float = INTERVAL) -> None:
        self._look, self._interval = look, interval
        self._seen: list[Device] | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Monitor:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()

    def news(self) -> list[Device] | None:
        """What was seen last, unless it was asked for already."""
        seen, self._seen = self._seen, None
        return seen

    def _watch(self) -> None:
        while not self._end.is_set():
            self._seen = self._look()
            self._end.wait(self._interval)
