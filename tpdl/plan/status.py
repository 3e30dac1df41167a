"""The state of a step, and its reasons: what decides it now, compared with what its record says.

Example:
    states = judge_all(plan, read_facts(plan))
    states["transfer/layer-cut"].state       # "stale upstream"
    states["transfer/layer-cut"].reasons     # ["transfer/layer-cut/network=vgg16 is stale"]
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tpdl.plan import observed
from tpdl.plan.facts import Facts
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record
from tpdl.plan.step import Fingerprint, Step

State = Literal["fresh", "stale", "stale upstream", "missing", "failed"]


@dataclass
class Status:
    """One step's state with everything that speaks for it."""

    state: State
    reasons: list[str] = field(default_factory=list)
    record: Record | None = None
    optional: bool = False
    """The step may stay unmeasured, and is: its data cannot be had everywhere, or this edition leaves it out."""

    @property
    def settled(self) -> bool:
        """Nothing needs to be done about it."""
        return self.state == "fresh" or (self.optional and self.state == "missing")


def judge_all(plan: Plan, facts: Mapping[str, Facts]) -> dict[str, Status]:
    """The state of every step."""
    states: dict[str, Status] = {}
    for name, step in plan.steps.items():
        states[name] = judge(step, facts[name], states)
    return states


def waiting(states: Mapping[str, Status]) -> tuple[str, ...]:
    """The steps about which something needs to be done, each with its state: "noise/means.svg is stale"."""
    return tuple(f"{name} is {status.state}" for name, status in states.items() if not status.settled)


def judge(step: Step, facts: Facts, upstream: Mapping[str, Status]) -> Status:
    """The state of a step. It follows from the arguments alone: nothing else is read or asked.

    Args:
        step: the step.
        facts: what is known about it.
        upstream: the states of the steps that it needs.
    """
    own = list(own_reasons(step, facts))
    behind = [name for name in step.upstream if not upstream[name].settled]
    if own and facts.failure:
        return Status("failed", [facts.failure, *own], facts.record)
    if facts.record is None and not facts.problem and facts.products[step.product.name] is None:
        return _never_run(step, facts, upstream)
    if own:
        return Status("missing" if own == [_GONE] else "stale", own, facts.record)
    if behind:
        return Status("stale upstream", [f"{name} is {upstream[name].state}" for name in behind], facts.record)
    if step.local and not facts.is_here:
        return Status("fresh", ["as recorded; the file itself is made again when a step needs it"], facts.record)
    return Status("fresh", [], facts.record)


def _never_run(step: Step, facts: Facts, upstream: Mapping[str, Status]) -> Status:
    """The state of a step that has neither record nor product, with what stands in its way."""
    absent = [name for name in step.upstream if upstream[name].state == "missing" and not upstream[name].optional]
    why = [f"needs {name}, which is missing" for name in absent]
    why += [f"data not on this machine: {about}" for about in facts.absent_data.values()]
    why += facts.absent_files
    if step.kind in ("table", "figure", "summary") and step.upstream:
        # Drawn from what may stay unmeasured, and is: it may stay undrawn with it.
        left_out = {name for name in step.upstream if upstream[name].optional and upstream[name].state == "missing"}
        without = any(source.labels is None and left_out.issuperset(source.steps) for source in step.inputs.values())
        if without or not any(facts.now.inputs.values()):
            undrawn = without or left_out.issuperset(step.upstream)
            return Status("missing", why or ["nothing to draw from yet"], None, optional=undrawn)
    return Status("missing", why or ["never run"], None, optional=step.optional)


_GONE = "the product is gone"
OLDER_RULES = "made under older rules; `tpdl upgrade` carries it over if nothing changed"


def own_reasons(step: Step, facts: Facts) -> Iterator[str]:
    """Why the product is not what the step would make now. What the steps that it needs would change is left out."""
    record = facts.record
    if step.problem:
        yield step.problem
        return
    if facts.unreadable:
        yield facts.unreadable
    if facts.problem:
        yield facts.problem
        return
    if record is None:
        unknown = facts.products[step.product.name] is not None
        yield "no record: nobody knows what made the product" if unknown else "never run"
        return
    if record.moved:
        yield moved_reason(record.moved)
    yield from facts.absent_files
    if record.function != step.function:
        yield f"function {record.function} -> {step.function}"
    yield from differences(record.fingerprint, facts.now)
    if step.local:
        return  # another machine may have made what is recorded; what is not here, or not whole, is made when needed
    if all(sha is None for sha in facts.products.values()):
        yield _GONE
        return
    for name, sha in facts.products.items():
        if sha is None:
            yield f"product {name} is gone"
        elif name not in record.products:
            yield f"product {name} is not in the record"
        elif sha != record.products[name]:
            yield f"product {name} is not what was written: edited by hand, or truncated"
    yield from facts.damage


def moved_reason(moved: Sequence[str]) -> str:
    """What is wrong with a result that was made while what decides it was edited: symbols, or files."""
    what = "the source" if any(":" in name for name in moved) else "a file that it read"
    return f"{what} changed while it ran: {', '.join(moved)}"


def differences(before: Fingerprint, now: Fingerprint) -> Iterator[str]:
    """What changed from one fingerprint to another, one phrase each, the plainest first.

    A new default is a change of code, too; a reader wants to see the parameter.
    """
    for name in sorted(before.parameters.keys() | now.parameters.keys()):
        if name not in before.parameters:
            yield f"parameter {name} is new: {_short(now.parameters[name])}"
        elif name not in now.parameters:
            yield f"parameter {name} is gone"
        elif before.parameters[name] != now.parameters[name]:
            yield f"parameter {name}: {_short(before.parameters[name])} -> {_short(now.parameters[name])}"
    if before.together != now.together:
        yield f"cells that run together: {_group(before.together)} -> {_group(now.together)}"
    for name in sorted(before.data.keys() | now.data.keys()):
        if before.data.get(name, "") != now.data.get(name, ""):
            yield f"data {name} {_difference(name, before.data, now.data)}"
    if before.rules != now.rules:
        yield OLDER_RULES if before.rules < now.rules else "made under the rules of a newer tpdl"
    else:
        yield from _differences_of_code(before, now)
    for name in sorted(before.inputs.keys() | now.inputs.keys()):
        if before.inputs.get(name) != now.inputs.get(name):
            yield f"input {name} {_difference(name, before.inputs, now.inputs)}"
    for name in sorted(before.files.keys() | now.files.keys()):
        if before.files.get(name) != now.files.get(name):
            change = "is new" if name not in before.files else "changed" if name in now.files else "is gone"
            yield f"file {name} {change}"
    yield from observed.differences(before.observed, now.observed)


def _differences_of_code(before: Fingerprint, now: Fingerprint) -> Iterator[str]:
    """Symbols and wiring: what only the same rules let compare."""
    for symbol in sorted(before.symbols.keys() | now.symbols.keys()):
        old, new = before.symbols.get(symbol), now.symbols.get(symbol)
        if old != new:
            yield f"code {symbol} {'is used now' if old is None else 'is used no more' if new is None else 'changed'}"
    for argument in sorted(before.wiring.keys() | now.wiring.keys()):
        was, gets = before.wiring.get(argument), now.wiring.get(argument)
        if isinstance(was, list) and isinstance(gets, list):
            # what is new or gone is an input that is; one that nobody has measured yet is in no result
            both = {*before.inputs} & {*now.inputs}
            if [name for name in was if name in both] != [name for name in gets if name in both]:
                yield "the order of cells changed" + ("" if argument == "cells" else f" in argument {argument}")
        elif was != gets:
            new = "nothing" if gets is None else ", ".join(gets) if isinstance(gets, list) else gets
            old = "" if was is None else f" instead of {', '.join(was) if isinstance(was, list) else was}"
            yield f"argument {argument} now gets {new}{old}"


def _difference(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if name not in before:
        return "is new"
    return "changed" if name in now else "is used no more"


def _group(together: Mapping[str, Sequence[Any]]) -> str:
    """`seed 0, 1, 2`; "none" where the cell runs on its own."""
    return "; ".join(f"{name} {', '.join(map(_short, values))}" for name, values in together.items()) or "none"


def _short(value: Any) -> str:
    """A value as JSON, cut after 60 characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
