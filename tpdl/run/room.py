"""Which of the steps that are ready runs next: the first for which there is room on the cores, in memory, on a GPU.

Example:
    room = Room(workers=4, devices=[Device("GPU-5f2c", "H100", memory=80 * 10**9)])
    room.take("gan/dcgan/seed=0", Need(device=True, device_memory=3 * 10**9))     # {"CUDA_VISIBLE_DEVICES": "GPU-5f2c"}
    room.give("gan/dcgan/seed=0")

A step that does not fit waits, and nothing of its kind overtakes it: of those that use a GPU none, of the others none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tpdl.plan.record import Record
from tpdl.plan.step import Step
from tpdl.run.devices import VISIBLE, Device

HEADROOM = 0.9
"""How much of a memory is given away: what a step used the last time is not exactly what it will use now."""
CONTEXT = 600 * 10**6
"""Bytes of a GPU that a process takes before it computes anything, which no library counts."""


@dataclass(frozen=True)
class Need:
    """What a step takes while it runs, beside a core."""

    memory: int = 0
    """Bytes of main memory; 0 where nobody knows."""
    device: bool = False
    """It uses a GPU, if there is one."""
    device_memory: int | None = None
    """Bytes of it; None for all."""
    alone: bool = False
    """Nothing else may run meanwhile."""


def need_of(step: Step, record: Record | None) -> Need:
    """What a step declares, or else what it took the last time."""
    happened = record.happened if record else {}
    peak = happened.get("device_peak_bytes")
    known = step.gpu_memory or (int(peak) + CONTEXT if peak else None)
    return Need(
        memory=step.memory or int(happened.get("peak_memory_bytes") or 0),
        device=bool(step.device or step.gpu_memory or peak),
        device_memory=known,
    )


class Room:
    """What there is for steps, and what is taken of it.

    Args:
        workers: how many steps may run at a time.
        memory: bytes of main memory; None where it is not counted.
        devices: the GPUs.
    """

    def __init__(self, workers: int, memory: int | None = None, devices: Sequence[Device] = ()) -> None:
        self.devices = list(devices)
        self._workers, self._memory = workers, memory
        self._taken: dict[str, tuple[Need, Device | None]] = {}
        self._shared: set[str] = set()

    @property
    def counts(self) -> bool:
        """Whether it matters what a step needs."""
        return bool(self._memory or self.devices)

    @property
    def is_full(self) -> bool:
        """No step can start before one ends."""
        return len(self._taken) >= self._workers or any(need.alone for need, _ in self._taken.values())

    def take(self, name: str, need: Need) -> dict[str, str] | None:
        """Take what a step needs, if there is room for it.

        A step that needs more than there is at all gets it as soon as nobody else has any of it.

        Returns:
            environment variables for its process, which name its GPU; None where it has to wait.
        """
        if self.is_full or (need.alone and self._taken):
            return None
        used = sum(other.memory for other, _ in self._taken.values())
        if self._memory and self._taken and used + need.memory > HEADROOM * self._memory:
            return None
        device = None
        if need.device and self.devices:
            device = next((each for each in self.devices if self._fits(each, need)), None)
            if device is None:
                return None
        if self._taken:
            self._shared.update(self._taken, [name])
        self._taken[name] = need, device
        return {VISIBLE: device.uuid} if device else {}

    def _fits(self, device: Device, need: Need) -> bool:
        others = [other.device_memory for other, its in self._taken.values() if its == device]
        if not others:
            return True
        if need.device_memory is None or not device.memory:
            return False
        return None not in others and sum(filter(None, others)) + need.device_memory <= HEADROOM * device.memory

    def give(self, name: str) -> bool:
        """Give back what a step has taken. Returns whether others ran beside it."""
        del self._taken[name]
        shared = name in self._shared
        self._shared.discard(name)
        return shared


class Admission:
    """Lets steps start, in the order in which they are ready, as far as there is room.

    Args:
        pop: the next step that is ready; None where there is none at the moment.
        room: what there is.
        need: what a step takes.
    """

    def __init__(self, pop: Callable[[], str | None], room: Room, need: Callable[[str], Need]) -> None:
        self._pop, self._room, self._need = pop, room, need
        self._needs: dict[str, Need] = {}
        self._lines: dict[bool, deque[str]] = {True: deque(), False: deque()}
        """Those that wait for room: steps that use a GPU, and the others."""

    def __bool__(self) -> bool:
        """Whether a step waits for room."""
        return any(self._lines.values())

    def next(self) -> tuple[str, dict[str, str]] | None:
        """A step that is to start now, with environment variables for it; None where none can."""
        waiting = [line for line in self._lines.values() if line]
        for line in sorted(waiting, key=lambda line: not self._needs[line[0]].alone):
            need = self._needs[line[0]]
            place = self._room.take(line[0], need)
            if place is not None:
                return self._admitted(line.popleft()), place
            if need.alone:
                return None  # everything else waits for it
        while not self._room.is_full and (name := self._pop()):
            need = self._needs.setdefault(name, self._need(name))
            line = self._lines[need.device and bool(self._room.devices)]
            place = None if line else self._room.take(name, need)
            if place is not None:
                return self._admitted(name), place
            line.append(name)
        return None

    def again(self, name: str, out_of: str) -> None:
        """Let a step run once more, before all others: alone on its GPU, or alone on the machine.

        Args:
            name: of the step.
            out_of: what it has run out of, "device memory" or "memory".
        """
        need = self._need(name)
        on_device = out_of == "device memory" and need.device and bool(self._room.devices)
        self._needs[name] = replace(need, device_memory=None) if on_device else replace(need, alone=True)
        self._lines[on_device].appendleft(name)

    def _admitted(self, name: str) -> str:
        self._needs.pop(name, None)
        return name
