"""`tpdl accept`: a person knows that a change does not matter, and the record says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from tpdl.errors import UserError
from tpdl.files import write_json
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record
from tpdl.plan.status import differences


def accept_steps(plan: Plan, names: Sequence[str], because: str = "") -> dict[str, list[str]]:
    """Write the present code, parameters, inputs and data into the records of `names`, and keep the products.

    Returns:
        step -> what was accepted; steps without a difference are left out.

    Raises:
        UserError: a step has no record, or its product is gone or was edited: there is nothing to vouch for.
    """
    accepted: dict[str, list[str]] = {}
    for name in names:
        step = plan.steps[name]
        found = plan.record_or_problem(name)
        if not isinstance(found, Record):
            if step.optional:
                continue
            raise UserError(f"{name} cannot be accepted: {found or 'it was never run'}; tpdl run {name}")
        if not step.local and not plan.is_here(step):
            raise UserError(f"{name} cannot be accepted: its product is gone, edited or truncated; tpdl run {name}")
        now = plan.fingerprint(step)
        reasons = list(differences(found.fingerprint, now))
        reasons += [f"the source changed while it ran: {', '.join(found.moved)}"] if found.moved else []
        if not reasons:
            continue
        stamp = {"when": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "changes": reasons, "because": because}
        record = replace(found, fingerprint=now, moved=[], function=step.function, accepted=stamp)
        write_json(step.record_path, record.to_json())
        plan.forget(name)
        accepted[name] = reasons
    plan.project.hashes.save()
    return accepted
