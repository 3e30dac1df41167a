"""`tpdl accept`: a person knows that a change does not matter, and the record says so.

Example:
    accept_steps(plan, ["transfer/layer-cut/network=vgg16"], because="renamed a variable")
    -> {"transfer/layer-cut/network=vgg16": ["code experiments.transfer.cuts:layer_cut changed"]}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tpdl.errors import UserError
from tpdl.plan.facts import read_facts
from tpdl.plan.plan import Plan
from tpdl.plan.record import save_record, timestamp
from tpdl.plan.status import differences, moved_reason


def accept_steps(plan: Plan, names: Sequence[str], because: str = "") -> dict[str, list[str]]:
    """Write the present code, parameters, inputs and data into the records of `names`, and keep the products.

    Args:
        plan: the steps, with the sources as they are now.
        names: of steps.
        because: why it does not matter; kept in the record.

    Returns:
        step -> what was accepted; steps without a difference are left out.

    Raises:
        UserError: a step has no record, or its product is gone or was edited: there is nothing to vouch for.
    """
    accepted: dict[str, list[str]] = {}
    for name, facts in read_facts(plan, names).items():
        step, record = plan.steps[name], facts.record
        if unreadable := step.problem or facts.unreadable:
            raise UserError(f"{name} cannot be accepted, as its code cannot be read: {unreadable}")
        if record is None:
            if step.optional:
                continue
            raise UserError(f"{name} cannot be accepted: {facts.problem or 'it was never run'}; tpdl run {name}")
        if not step.local and not facts.is_here:
            raise UserError(f"{name} cannot be accepted: its product is gone, edited or truncated; tpdl run {name}")
        reasons = list(differences(record.fingerprint, facts.now))
        reasons += [moved_reason(record.moved)] if record.moved else []
        if not reasons:
            continue
        acceptance = {"when": timestamp(), "changes": reasons, "because": because}
        new = replace(record, fingerprint=facts.now, moved=[], function=step.function, accepted=acceptance)
        save_record(step.record_path, new)
        accepted[name] = reasons
    return accepted
