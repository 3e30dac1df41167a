"""Scratch results: of parameters from the command line. They touch nothing else, and nothing depends on them.

    tpdl run toy/train/opt=sgd -S lr=1e-3      ->  .tpdl/full/scratch/toy/train/opt=sgd,lr=0.001.csv, with its record

Such a step is called `scratch/toy/train/opt=sgd,lr=0.001`. It needs what the cell would need that it was made of, and
has the same function; whoever runs it again with the same parameters replaces it. Where no cell has the parameters that
an input would need, such as another network, the input is a scratch result, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tpdl.errors import UserError
from tpdl.plan.address import settings_for
from tpdl.plan.expand import Expansion
from tpdl.plan.plan import Plan, edition_of
from tpdl.plan.record import RECORD_SUFFIX, Record, read_record
from tpdl.plan.step import Input, Step

PREFIX = "scratch/"
"""What the name of every such step begins with."""


@dataclass(frozen=True)
class Scratch:
    """Steps with parameters from the command line."""

    wanted: list[Step]
    """What was asked for."""
    needed: list[Step]
    """Inputs with parameters that no cell has, each after those that it needs itself."""


def scratch_steps(plan: Plan, names: Sequence[str], texts: Sequence[str]) -> Scratch:
    """The steps of cells with parameters as they were typed; those that come out the same are one.

    Args:
        plan: the steps.
        names: which ones; those that are no cells, such as figures, are left out.
        texts: `lr=1e-3` and so on.

    Returns:
        these steps, and what they need of the kind.

    Raises:
        UserError: there is no experiment among them, or it has no such parameter.
    """
    cells = [
        plan.steps[name] for name in names if plan.steps[name].kind == "experiment" and not plan.steps[name].problem
    ]
    if not cells:
        raise UserError(
            f"-S sets parameters of experiments, and there is none among {', '.join(names[:3]) or 'no steps'}"
        )
    if other := next((step for step in plan.steps.values() if step.name.startswith(PREFIX)), None):
        raise UserError(
            f"{other.source}: what is called {PREFIX}… are scratch results; rename the folder of this module"
        )
    expansion = Expansion(plan.sources.declarations(), plan.places, (), edition_of(plan.project, plan.profile))
    expansion.steps()
    made = {step.name: step for step in (expansion.variant(cell, settings_for(cell, texts)) for cell in cells)}
    needed = {name: step for name, step in expansion.variants.items() if name not in made}
    return Scratch(
        [_moved(plan, step, expansion.variants) for step in made.values()],
        [_moved(plan, step, expansion.variants) for step in needed.values()],
    )


def _moved(plan: Plan, step: Step, variants: Mapping[str, Step]) -> Step:
    """The step with another name and another place, as have those of its inputs that are variants."""
    name = PREFIX + step.name
    products = tuple(plan.places.state / (name + path.suffix) for path in step.products)
    inputs = {argument: _moved_input(source, variants) for argument, source in step.inputs.items()}
    return replace(
        step,
        name=name,
        inputs=inputs,
        products=products,
        record_path=products[0].with_name(products[0].name + RECORD_SUFFIX),
        optional=False,
        local=True,  # so that nobody is told what git would keep of it
    )


def _moved_input(source: Input, variants: Mapping[str, Step]) -> Input:
    """The input with the names of variants as `_moved` makes them."""
    steps = tuple(PREFIX + each if each in variants else each for each in source.steps)
    return replace(source, steps=steps, of_cells=tuple(_moved_input(each, variants) for each in source.of_cells))


def with_steps(plan: Plan, steps: Sequence[Step]) -> Plan:
    """The plan with steps that nothing else depends on."""
    return replace(plan, steps={**plan.steps, **{step.name: step for step in steps}})


def recorded(plan: Plan) -> list[Step]:
    """The scratch results that there are, as steps to be shown and compared; they cannot run."""
    found = []
    for path in sorted(plan.places.scratch.rglob(f"*{RECORD_SUFFIX}")):
        record = read_record(path)
        if isinstance(record, Record) and record.step.startswith(PREFIX):
            found.append(_as_recorded(plan, path, record))
    return found


def _as_recorded(plan: Plan, path: Path, record: Record) -> Step:
    cells = [step for step in plan.steps.values() if step.function == record.function and step.kind == "experiment"]
    name = record.step.removeprefix(PREFIX)
    base = cells[0].base if cells else name.rpartition("/")[0]
    return Step(
        name=record.step,
        kind="experiment",
        base=PREFIX + base,
        function=record.function,
        parameters=record.fingerprint.parameters,
        inputs={},
        data=tuple(record.fingerprint.data),
        products=tuple(path.with_name(product) for product in record.products),
        record_path=path,
        source=cells[0].source if cells else "",
        line=cells[0].line if cells else 0,
        local=True,
        cell=changed(cells[0].parameters, record.fingerprint.parameters) if cells else record.fingerprint.parameters,
    )


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that are not as before."""
    return {name: value for name, value in now.items() if name not in before or before[name] != value}
