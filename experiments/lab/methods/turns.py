"""Running times that can be compared: whatever is compared takes turns, on one thread, for several rounds.

A machine is faster in one minute than in the next. So a measurement of one thing after the other compares minutes; here
every round runs each of them once, every other round in the reverse order, and a median over the rounds leaves out what
happened in single ones. On one thread the processor's time is that of a clock on an idle machine, and hardly longer
where other work takes the processor away in between. Both are kept: their ratio tells how idle the machine was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from tpdl import progress


@dataclass(frozen=True)
class Turns:
    """What one of the runs took, from its start to each of its marks."""

    processor: np.ndarray
    """Seconds of the processor [rounds, marks]."""
    clock: np.ndarray
    """Seconds of the clock [rounds, marks]."""

    @property
    def idleness(self) -> float:
        """Processor's time over the clock's, to the last mark, in the median round: 1 if nothing else ran.

        >>> Turns(np.array([[1.0, 3.0]]), np.array([[1.0, 4.0]])).idleness
        0.75
        """
        return float(np.median(self.processor[:, -1] / self.clock[:, -1]))


def in_turns(
    runs: Mapping[str, Callable[[Callable[[], None]], object]], rounds: int, warm_up: int = 1
) -> dict[str, Turns]:
    """Time several runs side by side.

        took = in_turns({"first": lambda mark: (first(x), mark()), "second": lambda mark: (second(x), mark())}, 5)
        np.median(took["first"].processor[:, -1])

    Args:
        runs: name -> what to run. It is called with a function to call wherever the time is wanted, at least once, and
            the same number of times in every round.
        rounds: how often each is timed.
        warm_up: rounds before that, which do not count.
    """
    taken: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in runs}
    with one_thread():
        for number in progress(range(warm_up + rounds), "rounds"):
            for name in list(runs)[:: -1 if number % 2 else 1]:
                laps = _laps(runs[name])
                if number >= warm_up:
                    taken[name].append(laps)
    tables = {name: np.array(found) for name, found in taken.items()}
    return {name: Turns(table[:, :, 0], table[:, :, 1]) for name, table in tables.items()}


def _laps(run: Callable[[Callable[[], None]], object]) -> list[tuple[float, float]]:
    """Processor's and clock's seconds from the start of a run to each of its marks."""
    marks = [(time.process_time(), time.perf_counter())]
    run(lambda: marks.append((time.process_time(), time.perf_counter())))
    return [(processor - marks[0][0], clock - marks[0][1]) for processor, clock in marks[1:]]


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes on one thread while the block runs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
