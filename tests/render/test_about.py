"""What the report says about itself: the steps of one experiment in one row, with nothing hidden."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tpdl.render.about import about
from tpdl.render.provenance import NBSP, parameter_values


def step(name: str, kind: str = "experiment", *, optional: bool = False) -> Any:
    base = "/".join(name.split("/")[:2]).removesuffix(".svg")
    return SimpleNamespace(name=name, base=base, kind=kind, optional=optional, cell={})


def status(
    state: str,
    made: str = "",
    seconds: float = 0.0,
    memory: int = 0,
    *,
    optional: bool = False,
    data: dict[str, str] | None = None,
    accepted: dict[str, Any] | None = None,
    **more: Any,
) -> Any:
    happened = {"made": made, "seconds": seconds, "peak_memory_bytes": memory, "device": "CPU"} | more if made else {}
    fingerprint = SimpleNamespace(data=data or {})
    record = SimpleNamespace(happened=happened, fingerprint=fingerprint, accepted=accepted) if made else None
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


def test_every_step_has_a_row() -> None:
    steps = [step("a/x"), step("a/x.svg", "figure")]
    states = {"a/x": status("fresh", "2026-05-05T10:00:00Z", 0.5, 20_000_000), "a/x.svg": status("missing")}
    states["a/x.svg"].reasons = ["needs a/y", "never run"]
    plan: Any = SimpleNamespace(profile="full", steps={step.name: step for step in steps})
    said = about(plan, states)
    measured, drawn = said["steps"]
    assert said["runs"] == [measured] and said["took"] == measured["took"]
    assert (measured["step"], measured["kind"], measured["state"]) == ("a/x", "experiment", "fresh")
    assert (measured["memory"], measured["reason"], measured["device"]) == (f"20.0{NBSP}MB", None, "CPU")
    assert measured["made"] == f"5{NBSP}May{NBSP}2026"
    assert (drawn["made"], drawn["took"], drawn["memory"], drawn["reason"]) == (None, None, None, "needs a/y")


def test_results_that_were_kept_by_hand_are_counted_with_their_reasons() -> None:
    made, renamed = "2026-05-05T10:00:00Z", {"when": "2026-05-06T10:00:00Z", "changes": ["code a"], "because": "a name"}
    states = {
        "a/x/n=1": status("fresh", made, accepted=renamed),
        "a/x/n=2": status("fresh", made, accepted=renamed),
        "a/y": status("fresh", made, accepted={"when": "2026-05-06T10:00:00Z", "changes": ["code a"]}),
        "a/z": status("fresh", made),
    }
    plan: Any = SimpleNamespace(profile="full", steps={name: step(name) for name in states})
    said = about(plan, states)
    assert said["accepted"] == 3
    assert said["acceptances"] == [
        {"reason": "a name", "steps": 2, "of": "a/x"},
        {"reason": "no reason was given", "steps": 1, "of": "a/y"},
    ]


def test_each_version_of_a_data_set_and_of_a_library_is_named_once() -> None:
    made, one, two = "2026-05-05T10:00:00Z", "1" * 64, "2" * 64
    states = {
        "a/x": status("fresh", made, data={"mnist": one, "bsds": two}, python="3.12", libraries={"numpy": "2.0"}),
        "a/y": status("fresh", made, data={"mnist": one}, python="3.12", libraries={"numpy": "1.26", "Pillow": "11"}),
        "a/z": status("stale", made, data={"mnist": two}, python="3.13", machine="a host"),
        "a/w": status("missing"),
    }
    plan: Any = SimpleNamespace(profile="full", steps={name: step(name) for name in states})
    said = about(plan, states)
    assert [(row["name"], row["sha256"], row["used_by"]) for row in said["data"]] == [
        ("bsds", "2" * 16 + "…", "a/x"),
        ("mnist", "1" * 16 + "…", "a/x, a/y"),
        ("mnist", "2" * 16 + "…", "a/z"),
    ]
    assert [row["experiments"] for row in said["data"]] == [1, 2, 1]
    assert [(row["library"], row["versions"]) for row in said["libraries"]] == [
        ("numpy", "2.0, 1.26"),
        ("Pillow", "11"),
        ("Python", "3.12, 3.13"),
    ]
    assert said["devices"] == ["CPU", "CPU (a host)"]


def test_the_experiments_of_a_chapter_are_one_row_in_the_order_of_the_book() -> None:
    made = "2026-05-05T10:00:00Z"
    names = ("a/x", "a/y", "a/drawn", "b/z")
    states = {name: status("fresh", made, seconds=60, peak_memory_bytes=1e6) for name in names} | {
        "b/w": status("stale")
    }
    plan: Any = SimpleNamespace(profile="full", steps={name: step(name) for name in states})
    plan.steps["a/drawn"].kind = "figure"
    first, second = about(plan, states, ["index", "b", "a"])["chapters"]
    assert (first["chapter"], first["experiments"], first["runs"]) == ("b", 2, "1 of 2")
    assert (first["state"], second["state"]) == ("1 fresh, 1 stale", "all fresh")
    assert (second["chapter"], second["experiments"], second["pictures"]) == ("a", 2, 0), "a diagram is no experiment"
    assert second["took"] == f"2{NBSP}min{NBSP}0{NBSP}s" or second["took"].startswith("2")
