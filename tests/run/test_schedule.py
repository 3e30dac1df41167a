"""Thousands of steps: how long the scheduler takes grows with their number, not with its square."""

from __future__ import annotations

import json
import time

from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.run.executors import Inline
from tpdl.run.job import Outcome
from tpdl.run.schedule import Listener, Queue, run


def many(lab, number):
    lab.write(
        "experiments/many.py",
        f"""
        from tpdl import experiment

        NUMBERS = {list(range(number))}


        @experiment(matrix={{"n": NUMBERS}})
        def many(n: int) -> dict:
            return {{"square": n * n}}
        """,
    )
    return read_plan(Project(lab.root))


def seconds_per_step(lab, number):
    """Of the scheduler alone: what is submitted returns at once."""
    plan = many(lab, number)
    names = [name for name in plan.steps if name.startswith("many/")]

    def done_at_once(text, threads):
        return Outcome(json.loads(text)["step"]["name"], 0.0)

    start = time.perf_counter()
    report = run(plan, names, Inline(), done_at_once, Listener())
    assert report.done == names
    return (time.perf_counter() - start) / number


def test_the_scheduler_takes_time_linear_in_the_steps(lab):
    assert seconds_per_step(lab, 2000) < 4 * seconds_per_step(lab, 200) + 0.0005


def test_steps_are_ready_in_the_order_of_the_plan_each_after_what_it_needs(lab):
    plan = read_plan(Project(lab.root))
    queue = Queue(plan, list(plan.steps))
    first = [queue.pop(), queue.pop(), queue.pop()]
    assert first == ["toy/curve/network=small", "toy/curve/network=large", None]
    queue.finished("toy/curve/network=large")
    assert not queue
    queue.finished("toy/curve/network=small")
    assert [queue.pop(), queue.pop()] == ["toy/curve", None]
    queue.finished("toy/curve")
    assert {queue.pop(), queue.pop()} == {"toy/curve.svg", "toy/curve.values"}
    assert queue.pop() is None


def test_a_queue_of_many_steps(lab):
    plan = many(lab, 20_000)
    queue = Queue(plan, list(plan.steps))
    start = time.perf_counter()
    seen = 0
    while name := queue.pop():
        queue.finished(name)
        seen += 1
    assert seen == len(plan.steps)
    assert time.perf_counter() - start < 2
