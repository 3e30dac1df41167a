"""Running times in turns: order, warm-up, marks, and what waiting does to the two clocks."""

from __future__ import annotations

import time

import numpy as np
import torch

from experiments.lab.methods.turns import in_turns


def test_runs_take_turns_and_every_other_round_is_in_the_reverse_order() -> None:
    order: list[str] = []

    def run(name: str):  # type: ignore[no-untyped-def]
        return lambda mark: (order.append(name), mark())

    took = in_turns({name: run(name) for name in "abc"}, rounds=3, warm_up=1)
    assert "".join(order) == "abc" + "cba" + "abc" + "cba"
    assert list(took) == ["a", "b", "c"]
    assert took["a"].processor.shape == (3, 1), "the warm-up does not count"


def test_work_takes_the_processor_and_waiting_only_the_clock() -> None:
    def run(mark) -> None:  # type: ignore[no-untyped-def]
        begun = time.process_time()
        while time.process_time() < begun + 0.03:
            pass
        mark()
        time.sleep(0.06)
        mark()

    turns = in_turns({"run": run}, rounds=3)["run"]
    assert (np.diff(turns.processor, axis=1) < 0.03).all() and (turns.processor[:, 0] >= 0.03).all()
    assert (np.diff(turns.clock, axis=1) >= 0.06).all()
    assert turns.idleness < 0.7


def test_torch_has_one_thread_meanwhile() -> None:
    before, during = torch.get_num_threads(), []
    in_turns({"run": lambda mark: (during.append(torch.get_num_threads()), mark())}, rounds=1)
    assert set(during) == {1} and torch.get_num_threads() == before
