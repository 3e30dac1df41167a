"""What the report says about itself: the steps of one experiment in one row, with nothing hidden."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tpdl.render.about import about
from tpdl.render.provenance import NBSP, parameter_values


def step(name: str, kind: str = "experiment", *, optional: bool = False) -> Any:
    base = "/".join(name.split("/")[:2]).removesuffix(".svg")
    return SimpleNamespace(name=name, base=base, kind=kind, optional=optional, cell={})


def status(state: str, made: str = "", seconds: float = 0.0, memory: int = 0, *, optional: bool = False) -> Any:
    happened = {"made": made, "seconds": seconds, "peak_memory_bytes": memory, "device": "CPU"} if made else {}
    record = SimpleNamespace(happened=happened, fingerprint=SimpleNamespace(data={})) if made else None
    return SimpleNamespace(state=state, reasons=[], record=record, optional=optional)


def test_parameters_of_different_functions_are_told_apart() -> None:
    def ran(function: str, **parameters: Any) -> Any:
        return SimpleNamespace(function=function, parameters=parameters)

    runs = [ran("a:f", steps=16, seed=0), ran("a:f", steps=8, seed=1), ran("a:g", steps=24, seed=0)]
    assert parameter_values(runs) == ["steps=16|8, 24", "seed=0|1"]


def test_an_experiment_is_one_row_with_its_runs_states_days_times_and_memory() -> None:
    steps = [
        step("a/x/n=1"),
        step("a/x/n=2"),
        step("a/x/n=3", optional=True),
        step("a/x.svg", "figure"),
        step("a/y"),
        step("a/y.svg", "figure"),
    ]
    states = {
        "a/x/n=1": status("fresh", "2026-05-05T10:00:00Z", 50.0, 2_000_000_000),
        "a/x/n=2": status("fresh", "2026-05-04T10:00:00Z", 70.0, 3_000_000_000),
        "a/x/n=3": status("missing", optional=True),
        "a/x.svg": status("stale", "2026-05-06T10:00:00Z", 1.0),
        "a/y": status("fresh", "2026-05-04T10:00:00Z", 2.0, 1_000_000),
        "a/y.svg": status("fresh", "2026-05-04T10:00:00Z", 1.0),
    }
    plan: Any = SimpleNamespace(profile="full", steps={step.name: step for step in steps})
    said = about(plan, states)
    x, y = said["experiments"]
    assert (x["experiment"], x["runs"], x["pictures"]) == ("a/x", "2 of 3", 1)
    assert x["state"] == "2 fresh, 1 missing, 1 stale"
    assert x["made"] == f"4{NBSP}May{NBSP}2026 – 5{NBSP}May{NBSP}2026"  # drawing it again is no measurement
    assert (x["took"], x["memory"]) == (f"2{NBSP}min", f"3.0{NBSP}GB")
    assert (y["runs"], y["state"], y["made"]) == ("1", "all fresh", f"4{NBSP}May{NBSP}2026")
    assert (said["total"], said["fresh"], said["unmeasured"], said["not_fresh"]) == (6, 4, 1, 1)


def test_an_experiment_that_nobody_ran_has_no_day_and_no_time() -> None:
    plan: Any = SimpleNamespace(profile="full", steps={"a/x": step("a/x")})
    (row,) = about(plan, {"a/x": status("missing")})["experiments"]
    assert (row["runs"], row["state"], row["made"], row["took"], row["memory"]) == (
        "0 of 1",
        "1 missing",
        None,
        None,
        None,
    )
