"""`tpdl upgrade`: records that were made under older rules are carried over, where nothing has changed since.

Example:
    upgrade(plan)
    -> {"transfer/layer-cut": [], "transfer/cuts": ["code experiments.transfer.cuts:cuts changed"]}

A record that is fresh by the rules it was made under says what the source said then, so it can be written anew under
the present ones. Nothing is measured. What is not fresh stays as it is. The older rules lie in one file each,
`tpdl.fingerprint.rules_1`; they could not see everything that these can, and what they overlooked before the upgrade
stays overlooked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tpdl.files import write_json
from tpdl.fingerprint import IGNORED
from tpdl.plan.facts import Facts, read_facts
from tpdl.plan.plan import Plan
from tpdl.plan.record import timestamp
from tpdl.plan.status import own_reasons
from tpdl.plan.step import RULES, Step


def upgrade(plan: Plan, dry_run: bool = False) -> dict[str, list[str]]:
    """Rewrite the records of older rules that are fresh by these.

    Args:
        plan: the steps, with the sources as they are now.
        dry_run: find out, and write nothing.

    Returns:
        step -> why its record stays as it is; empty where it was carried over. Steps with no older record are left out.
    """
    facts = read_facts(plan)
    older = {name: each for name, each in facts.items() if each.record and each.record.fingerprint.rules < RULES}
    if not older:
        return {}
    symbols = _symbols_by_the_first_rules(plan)
    found = {}
    for name, each in older.items():
        step = plan.steps[name]
        found[name] = _reasons(step, each, symbols)
        if not found[name] and not dry_run and each.record:
            carried = {"when": timestamp(), "rules": each.record.fingerprint.rules}
            new = replace(each.record, fingerprint=each.now, carried=carried)
            write_json(step.record_path, new.to_json())
    return found


def _reasons(step: Step, facts: Facts, symbols: Callable[[Step], dict[str, str]]) -> list[str]:
    """Why the product is not what the step would make, by the rules that its record was made under."""
    assert facts.record is not None
    fingerprint = facts.record.fingerprint
    if fingerprint.rules != 1:
        return [f"its rules, {fingerprint.rules}, are none that this tpdl knows"]
    # these rules did not compare the wiring
    now = replace(facts.now, symbols=symbols(step), wiring=fingerprint.wiring, rules=fingerprint.rules)
    return list(own_reasons(step, replace(facts, now=now)))


def _symbols_by_the_first_rules(plan: Plan) -> Callable[[Step], dict[str, str]]:
    """The symbols of a step with their hashes, as records of the first rules hold them."""
    from tpdl.fingerprint.rules_1 import Rules1

    project = plan.project
    stand_ins = project.settings.get("demo_only", []) if plan.profile != "demo" else []
    rules = Rules1(project.root, (*IGNORED, *stand_ins))
    theme = Rules1(Path(__file__).parent, (), packages=["theme"]).closure("theme:light", ["theme:dark"])

    def symbols(step: Step) -> dict[str, str]:
        if not step.function:
            return {}
        return rules.closure(step.function, step.uses) | (theme if step.kind == "figure" else {})

    return symbols
