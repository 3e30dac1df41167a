"""What the report can say about itself: steps and their state, data, libraries, machines, durations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tpdl.render.namespace import run_command
from tpdl.render.provenance import day, duration, machine, size

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status


def about(plan: Plan, states: Mapping[str, Status]) -> dict[str, Any]:
    """The group of values `report`. Its lists are tables: `from="report/steps"` and so on.

    `steps`: step, kind, state, reason, made, seconds, took, memory, device; `runs`: those of them that measure;
    `experiments`: one row for all steps of an experiment: experiment, runs, state, made, took, memory;
    `data`: name, sha256, used_by; `libraries`: library, versions; counts and sums: `fresh`, `total`, `unmeasured`, `seconds`, `took`.
    """
    steps = [_step_row(plan, step, states[name]) for name, step in plan.steps.items()]
    runs = [row for row in steps if row["kind"] == "experiment"]
    hashes: dict[str, dict[str, list[str]]] = {}
    libraries: dict[str, dict[str, None]] = {}
    hosts: dict[str, None] = {}
    for name, step in plan.steps.items():
        record = states[name].record
        if record is None:
            continue
        for data, sha in record.fingerprint.data.items():
            hashes.setdefault(data, {}).setdefault(sha, []).append(step.base)
        for library, version in record.happened.get("libraries", {}).items():
            libraries.setdefault(library, {})[str(version)] = None
        if record.happened.get("python"):
            libraries.setdefault("Python", {})[str(record.happened["python"])] = None
        if step.kind == "experiment" and record.happened.get("device"):
            hosts[machine(record.happened)] = None
    seconds = sum(row["seconds"] or 0 for row in runs)
    return {
        "profile": plan.profile,
        "stand_in": plan.profile == "demo",
        "steps": steps,
        "runs": runs,
        "experiments": _by_experiment(plan, steps),
        "data": [
            {"name": data, "sha256": sha[:16] + "…", "used_by": ", ".join(dict.fromkeys(used))}
            for data, found in sorted(hashes.items())
            for sha, used in found.items()
        ],
        "libraries": [
            {"library": library, "versions": ", ".join(versions)}
            for library, versions in sorted(libraries.items(), key=lambda pair: pair[0].lower())
        ],
        "devices": list(hosts),
        "total": len(steps),
        "fresh": sum(row["state"] == "fresh" for row in steps),
        "not_fresh": sum(row["state"] != "fresh" and not row["optional"] for row in steps),
        "unmeasured": sum(row["optional"] and row["state"] == "missing" for row in steps),
        "seconds": seconds,
        "took": duration(seconds),
        "claims": [],
    }


def _by_experiment(plan: Plan, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps, taken together by the experiment they belong to; times are added up, of memory the most is kept."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(plan.steps[row["step"]].base, []).append(row)
    together = []
    for base, group in groups.items():
        runs = [row for row in group if row["kind"] == "experiment"]
        measured = [row for row in runs if row["seconds"] is not None]
        states = Counter(row["state"] for row in group)
        days = list(dict.fromkeys(row["made"] for row in sorted(measured, key=lambda row: row["when"])))
        together.append(
            {
                "experiment": base,
                "runs": f"{len(measured)} of {len(runs)}" if len(measured) < len(runs) else str(len(runs)),
                "pictures": sum(row["kind"] == "figure" for row in group),
                "state": "all fresh"
                if set(states) == {"fresh"}
                else ", ".join(f"{count} {state}" for state, count in states.most_common()),
                "made": " – ".join(dict.fromkeys((days[0], days[-1]))) if days else None,
                "took": duration(sum(row["seconds"] for row in measured)) if measured else None,
                "memory": size(max((row["bytes"] or 0 for row in measured), default=0)) if measured else None,
            }
        )
    return together


def _step_row(plan: Plan, step: Any, status: Status) -> dict[str, Any]:
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
