"""What the report can say about itself: steps and their state, data, libraries, machines, durations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tpdl.render.namespace import run_command
from tpdl.render.provenance import day, duration, machine, size

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.record import Record
    from tpdl.plan.status import Status
    from tpdl.plan.step import Step


def about(plan: Plan, states: Mapping[str, Status], order: Sequence[str] = ()) -> dict[str, Any]:
    """The group of values `report`, of which a text may speak: `report.fresh`, `report.took`.

    Its lists are tables for documents, as in `from="report/steps"`:

    - `steps`: step, kind, state, reason, made, seconds, took, memory, device; `runs`: those of them that measure;
    - `experiments`: one row for all steps of an experiment: experiment, runs, pictures, state, made, seconds, took,
      memory; `chapters`: one row for all of a folder: chapter, experiments, runs, pictures, state, seconds, took,
      memory;
    - `data`: name, sha256, experiments (how many), used_by; `libraries`: library, versions;
    - `acceptances`: one row for each reason with which results were kept by `tpdl accept`: reason, steps (how many),
      of (their experiments);
    - `claims`: filled in when they have been evaluated.

    Counts and sums are `fresh`, `not_fresh`, `total`, `unmeasured`, `accepted`, `seconds` and `took`.

    Args:
        plan: whose steps they are.
        states: of these.
        order: of the chapters; those that are not in it come after.
    """
    steps = [_step_row(plan, step, states[name]) for name, step in plan.steps.items()]
    runs = [row for row in steps if row["kind"] == "experiment"]
    records = [(step, record) for name, step in plan.steps.items() if (record := states[name].record)]
    measured = [record for step, record in records if step.kind == "experiment" and record.happened.get("device")]
    seconds = sum(row["seconds"] or 0 for row in runs)
    return {
        "profile": plan.profile,
        "stand_in": plan.profile == "demo",
        "steps": steps,
        "runs": runs,
        "experiments": _by_experiment(plan, steps),
        "chapters": _by_chapter(plan, steps, order),
        "data": _data_rows(records),
        "libraries": _library_rows(record for _, record in records),
        "acceptances": _acceptance_rows(records),
        "devices": list(dict.fromkeys(machine(record.happened) for record in measured)),
        "total": len(steps),
        "fresh": sum(row["state"] == "fresh" for row in steps),
        "not_fresh": sum(row["state"] != "fresh" and not row["optional"] for row in steps),
        "unmeasured": sum(row["optional"] and row["state"] == "missing" for row in steps),
        "accepted": sum(record.accepted is not None for _, record in records),
        "seconds": seconds,
        "took": duration(seconds),
        "claims": [],
    }


def _acceptance_rows(records: Iterable[tuple[Step, Record]]) -> list[dict[str, Any]]:
    """A row for every reason with which results were kept although something had changed."""
    kept: dict[str, list[str]] = {}
    for step, record in records:
        if record.accepted is not None:
            kept.setdefault(record.accepted.get("because") or "no reason was given", []).append(step.base)
    return [
        {"reason": reason, "steps": len(bases), "of": ", ".join(dict.fromkeys(bases))} for reason, bases in kept.items()
    ]


def _data_rows(records: Iterable[tuple[Step, Record]]) -> list[dict[str, Any]]:
    """A row for every version of a data set that results rest on."""
    users: dict[str, dict[str, list[str]]] = {}
    for step, record in records:
        for name, sha in record.fingerprint.data.items():
            users.setdefault(name, {}).setdefault(sha, []).append(step.base)
    return [
        {
            "name": name,
            "sha256": sha[:16] + "…",
            "experiments": len(set(experiments)),
            "used_by": ", ".join(dict.fromkeys(experiments)),
        }
        for name, versions in sorted(users.items())
        for sha, experiments in versions.items()
    ]


def _library_rows(records: Iterable[Record]) -> list[dict[str, str]]:
    """A row for every library, and for Python, with all versions that results were made with."""
    versions: dict[str, dict[str, None]] = {}
    for record in records:
        for library, version in record.happened.get("libraries", {}).items():
            versions.setdefault(library, {})[str(version)] = None
        if record.happened.get("python"):
            versions.setdefault("Python", {})[str(record.happened["python"])] = None
    return [
        {"library": library, "versions": ", ".join(versions[library])} for library in sorted(versions, key=str.lower)
    ]


def _by_experiment(plan: Plan, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for all steps of an experiment together."""
    groups = _measured_groups(plan, rows)
    return [{"experiment": base, **_together(group)} for base, group in groups.items()]


def _by_chapter(plan: Plan, rows: list[dict[str, Any]], order: Sequence[str]) -> list[dict[str, Any]]:
    """A row for all experiments of a folder together."""
    places = {chapter: place for place, chapter in enumerate(order)}
    chapters: dict[str, list[list[dict[str, Any]]]] = {}
    for base, group in _measured_groups(plan, rows).items():
        chapters.setdefault(base.rpartition("/")[0], []).append(group)
    return [
        {"chapter": chapter, "experiments": len(groups), **_together([row for group in groups for row in group])}
        for chapter, groups in sorted(chapters.items(), key=lambda item: places.get(item[0], len(places)))
    ]


def _measured_groups(plan: Plan, rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The steps of each experiment. A diagram, for which nothing was measured, is none."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(plan.steps[row["step"]].base, []).append(row)
    return {base: group for base, group in groups.items() if any(row["kind"] != "figure" for row in group)}


def _together(group: list[dict[str, Any]]) -> dict[str, Any]:
    """What can be said of some steps together: times are added up, and memory is that of the largest."""
    runs = [row for row in group if row["kind"] == "experiment"]
    measured = [row for row in runs if row["seconds"] is not None]
    states = Counter(row["state"] for row in group)
    days = list(dict.fromkeys(row["made"] for row in sorted(measured, key=lambda row: row["when"])))
    return {
        "runs": f"{len(measured)} of {len(runs)}" if len(measured) < len(runs) else str(len(runs)),
        "pictures": sum(row["kind"] == "figure" for row in group),
        "state": "all fresh"
        if set(states) == {"fresh"}
        else ", ".join(f"{count} {state}" for state, count in states.most_common()),
        "made": " – ".join(dict.fromkeys((days[0], days[-1]))) if days else None,
        "seconds": sum(row["seconds"] for row in measured) if measured else None,
        "took": duration(sum(row["seconds"] for row in measured)) if measured else None,
        "memory": size(max((row["bytes"] or 0 for row in measured), default=0)) if measured else None,
    }


def _step_row(plan: Plan, step: Step, status: Status) -> dict[str, Any]:
    """A row for one step."""
    happened = status.record.happened if status.record else {}
    seconds, memory = happened.get("seconds"), happened.get("peak_memory_bytes")
    return {
        "step": step.name,
        "kind": step.kind,
        "state": status.state,
        "reason": status.reasons[0] if status.reasons else None,
        "optional": status.optional,
        "made": day(happened["made"]) if happened.get("made") else None,
        "when": happened.get("made") or "",
        "seconds": seconds,
        "bytes": memory,
        "took": duration(seconds) if seconds is not None else None,
        "memory": size(memory) if memory else None,
        "device": happened.get("device"),
        "command": run_command(plan, step.name),
    }
