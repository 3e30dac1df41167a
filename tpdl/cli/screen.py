"""Status, dry run and explanations, as a person reads them, and as JSON for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tpdl.plan.follow import Followed
from tpdl.plan.plan import Plan
from tpdl.plan.status import Status

COLOURS = {"fresh": 32, "stale": 33, "stale upstream": 33, "missing": 36, "failed": 31}
"""ANSI colours; the words say the same."""
SHOWN = 2
"""How many reasons a table shows; `tpdl why` shows all."""
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow"}
"""What a library is called where it is installed from, if it is imported by another name."""


def print_status(plan: Plan, states: Mapping[str, Status]) -> None:
    """Step, state, when made, reason; then one line that counts."""
    rows = []
    for name, status in states.items():
        made = status.record.happened.get("made", "") if status.record else ""
        word = status.state + (" (optional)" if status.optional else "")
        rows.append((name, word, made[:16].replace("T", " "), brief(status.reasons)))
    _print_table(("step", "state", "made (UTC)", "reason"), rows, [COLOURS[status.state] for status in states.values()])
    counts: dict[str, int] = {}
    for status in states.values():
        word = "not measured yet" if status.optional and status.state == "missing" else status.state
        counts[word] = counts.get(word, 0) + 1
    print(f"\n{len(states)} steps: " + ", ".join(f"{count} {word}" for word, count in counts.items()))


def status_json(plan: Plan, states: Mapping[str, Status]) -> list[dict[str, Any]]:
    """One object per step."""
    return [
        {
            "step": name,
            "kind": plan.steps[name].kind,
            "state": status.state,
            "optional": status.optional,
            "reasons": status.reasons,
            "made": status.record.happened.get("made") if status.record else None,
            "products": [str(path.relative_to(plan.project.root)) for path in plan.steps[name].products],
        }
        for name, status in states.items()
    ]


def print_dry_run(plan: Plan, names: Sequence[str], states: Mapping[str, Status]) -> None:
    """What would run, why, and how long it took the last time."""
    if not names:
        print("nothing would run")
        return
    rows = []
    for name in names:
        status = states[name]
        took = status.record.happened.get("seconds") if status.record else None
        because = brief(status.reasons) or ("asked for" if status.state == "fresh" else status.state)
        rows.append((name, f"{took:.1f} s" if took is not None else "", because))
    _print_table(("would run", "took", "because"), rows)
    print(f"\n{len(names)} of {len(plan.steps)} steps; those after a result that comes out the same will be skipped")


def print_left_out(plan: Plan, chosen: Sequence[str], running: Sequence[str], states: Mapping[str, Status]) -> None:
    """For each data set that is not here, how many of the chosen steps cannot be measured without it, and how to get it."""
    counts: dict[str, int] = {}
    for name in plan.with_upstream(chosen).difference(running):
        if states[name].state == "missing":
            for missing in plan.missing_data(plan.steps[name]):
                counts[missing] = counts.get(missing, 0) + 1
    for missing, count in sorted(counts.items()):
        print(f"left out: {count} step{'s' * (count > 1)} without data, {plan.describe_data(missing)}")


def explain(plan: Plan, name: str, status: Status) -> None:
    """Everything about one step."""
    step = plan.steps[name]
    print(f"{name} is {_coloured(status.state, COLOURS[status.state])}" + (" (optional)" if status.optional else ""))
    for reason in status.reasons:
        print(f"  {reason}")
    print(f"  {step.kind} by {step.function or 'tpdl'}, {step.source}:{step.line}")
    for path in step.products:
        print(f"  product    {path.relative_to(plan.project.root)}")
    if step.parameters:
        print("  parameters " + ", ".join(f"{key} = {value!r}" for key, value in step.parameters.items()))
    for title, names in (("needs", step.upstream), ("data", step.data)):
        if names:
            print(f"  {title:10} " + ", ".join(names))
    if status.record is None:
        return
    happened = status.record.happened
    print(f"  made       {happened.get('made')}, in {happened.get('seconds')} s, on {happened.get('device')}")
    if accepted := status.record.accepted:
        because = f", because {accepted['because']}" if accepted.get("because") else ""
        print(f"  accepted   {accepted.get('when')}: {'; '.join(accepted.get('changes', []))}{because}")
    for library, then in happened.get("libraries", {}).items():
        now = installed(library)
        if now and now != then:
            print(f"  note       made with {library} {then}, here it is {now}; versions are recorded, not compared")
    symbols = sorted(status.record.fingerprint.symbols)
    print(f"  uses       {len(symbols)} symbols: " + ", ".join(symbols))


def print_followed(followed: Sequence[Followed], dry_run: bool) -> None:
    """What follows a rename, what is refused and why, then one line that counts."""
    for each in followed:
        was = "" if each.was == each.step else f"  (was {each.was})"
        if each.refused:
            print(f"refused  {each.step}{was}: {brief(each.refused)}")
        elif was or dry_run:
            print(f"follows  {each.step}{was}")
    refused = sum(bool(each.refused) for each in followed)
    words = "would follow" if dry_run else "followed"
    rest = f", {refused} refused: not only names have changed" if refused else ""
    print(f"{len(followed) - refused} of {len(followed)} steps {words}{rest}" if followed else "nothing has to follow")


def brief(reasons: Sequence[str]) -> str:
    """The first reasons, and how many more there are."""
    more = len(reasons) - SHOWN
    return "; ".join(reasons[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def installed(library: str) -> str | None:
    """The version of an import name that is installed here."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTIONS.get(library, library))
    except PackageNotFoundError:
        return None


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]], colours: Sequence[int] | None = None) -> None:
    """Columns as wide as they must be; the last one, which may be long, wraps as the terminal does.

    Plain text on purpose: a table drawn by rich costs more time than everything else that `tpdl status` does.
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)][:-1]
    for index, row in enumerate([head, *rows]):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        if colours and index:
            cells[1] = _coloured(cells[1], colours[index - 1])
        print("  ".join([*cells, row[-1]]).rstrip())


def _coloured(text: str, colour: int) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else f"\x1b[{colour}m{text}\x1b[0m"
