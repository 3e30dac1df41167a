"""Which steps are meant, which have to run, and which can be drawn again without measuring anything.

Example:
    names = select(plan, ["transfer"])               # all steps of the folder
    stale(plan, names, facts, states)                # those of them that are out of date, with what they need
    outdated_drawings(plan, facts, states)           # what `tpdl watch` draws
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tpdl.errors import UserError
from tpdl.nearest import near
from tpdl.plan.address import cells_at
from tpdl.plan.facts import Facts
from tpdl.plan.plan import Plan
from tpdl.plan.status import Status
from tpdl.plan.step import Step


def select(plan: Plan, names: Iterable[str]) -> list[str]:
    """The steps that `names` mean, in the plan's order.

    Args:
        plan: the steps.
        names: each a step, or a file that it has made; an experiment with all that belongs to it, or with some of its
            parameters (`toy/train/opt=sgd`); a folder; or a pattern with *.

    Raises:
        UserError: a name means nothing; the nearest names are suggested.
    """
    chosen: dict[str, None] = {}
    for name in names:
        plain = name.strip("/").removeprefix("figures/")
        meant = [step.name for step in plan.steps.values() if _means(plain, step)] or cells_at(plan.steps, plain)
        if not meant:
            bases = {step.base for step in plan.steps.values()}
            known = {*plan.steps, *bases, *(base.rpartition("/")[0] for base in bases)} - {""}
            alike = near(plain, known)
            hint = f"did you mean {' or '.join(alike)}?" if alike else "`tpdl status` lists all steps"
            raise UserError(f"there is no step {name!r}; {hint}")
        chosen |= dict.fromkeys(meant)
    return [name for name in plan.steps if name in chosen]


def _means(name: str, step: Step) -> bool:
    return (
        name in (step.name, step.base)
        or step.name.startswith(name + "/")
        or fnmatch.fnmatchcase(step.name, name)
        or (step.kind == "figure" and name == step.name.rpartition(".")[0])
        or any(path.as_posix().endswith(f"/figures/{name}") for path in step.products)
    )


def with_upstream(plan: Plan, names: Iterable[str]) -> set[str]:
    """`names` and every step that they need, directly or not."""
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += plan.steps[name].upstream
    return reached


def with_group(plan: Plan, names: Iterable[str]) -> list[str]:
    """`names` and the cells that run together with one of them, in the plan's order."""
    chosen = {each for name in names for each in (name, *plan.steps[name].together)}
    return [name for name in plan.steps if name in chosen]


def stale(
    plan: Plan,
    names: Iterable[str],
    facts: Mapping[str, Facts],
    states: Mapping[str, Status],
    insist: Iterable[str] = (),
) -> list[str]:
    """What has to run so that `names` are fresh, in order.

    A large intermediate that is recorded but not on this machine is made only if something that runs needs it.

    Args:
        plan: the steps.
        names: which ones are to be fresh.
        facts: about every step.
        states: of every step.
        insist: cells that run even where they may stay unmeasured and their data are not here, so that the run says so.
    """
    insisted = with_upstream(plan, with_group(plan, insist))
    running: set[str] = set()
    left_out: set[str] = set()
    wanted = with_upstream(plan, with_group(plan, names))
    for name, step in plan.steps.items():
        needs_running = running.intersection(step.upstream)
        if name in running or name not in wanted or step.problem:
            continue
        if states[name].state == "fresh" and not needs_running:
            continue
        cannot = step.optional and (facts[name].absent_data or left_out.intersection(step.upstream))
        nothing_to_draw = states[name].settled and not step.optional and not needs_running
        if nothing_to_draw or (cannot and name not in insisted):
            left_out.add(name)
        else:
            running.update(step.together or [name])
    return with_absent_inputs(plan, running, facts)


def with_absent_inputs(plan: Plan, names: Iterable[str], facts: Mapping[str, Facts]) -> list[str]:
    """`names` and the large intermediates that they read and that are not on this machine, in order."""
    running = set(with_group(plan, names))
    for name in reversed(list(plan.steps)):
        if name in running:
            absent = [up for up in plan.steps[name].upstream if plan.steps[up].local and not facts[up].is_here]
            running.update(with_group(plan, absent))
    return [name for name in plan.steps if name in running]


@dataclass
class Drawable:
    """What can be made again from results alone: pictures, values of the text, and collected tables."""

    names: list[str] = field(default_factory=list)
    """Steps that can be made again, in the plan's order."""
    unmeasured: dict[str, str] = field(default_factory=dict)
    """Step that cannot -> the step it is drawn from that has no results."""
    absent: dict[str, str] = field(default_factory=dict)
    """Step that cannot -> the large intermediate it is drawn from, which is not on this machine."""


def drawable(plan: Plan, facts: Mapping[str, Facts]) -> Drawable:
    """Sort the steps that draw by what stands in their way."""
    result = Drawable()
    for name, step in plan.steps.items():
        if step.kind == "experiment" or step.problem:
            continue
        measured = [up for up in step.upstream if facts[up].record or up in result.names]
        unmeasured = [up for up in step.upstream if up not in measured and not plan.steps[up].optional]
        absent = [up for up in measured if plan.steps[up].local and not facts[up].is_here]
        if unmeasured or not (measured or step.is_diagram):
            result.unmeasured[name] = (unmeasured or step.upstream)[0]
        elif absent:
            result.absent[name] = absent[0]
        else:
            result.names.append(name)
    return result


def outdated_drawings(plan: Plan, facts: Mapping[str, Facts], states: Mapping[str, Status]) -> list[str]:
    """What is out of date and can be drawn again without measuring anything, in order."""
    chosen: dict[str, None] = {}
    for name in drawable(plan, facts).names:
        state = states[name].state
        needs_chosen = not chosen.keys().isdisjoint(plan.steps[name].upstream)
        if state in ("fresh", "failed") or (state == "stale upstream" and not needs_chosen):
            continue
        if not states[name].settled or needs_chosen:  # settled: drawn from what this edition leaves out
            chosen[name] = None
    return list(chosen)
