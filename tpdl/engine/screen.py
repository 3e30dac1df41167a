"""Status, dry run and explanations, as a person reads them, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tpdl.engine.plan import Plan
from tpdl.engine.status import Status

COLOURS = {"fresh": "green", "stale": "yellow", "stale upstream": "yellow", "missing": "cyan", "failed": "red"}
SHOWN = 2
"""How many reasons a table shows; `tpdl why` shows all."""
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow"}


def status_table(plan: Plan, states: Mapping[str, Status], console: Console) -> None:
    """Step, state, reason, when made; then one line that counts."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("step", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("reason", overflow="fold")
    table.add_column("made", no_wrap=True)
    for name, status in states.items():
        made = status.record.happened.get("made", "") if status.record else ""
        word = f"[{COLOURS[status.state]}]{status.state}[/]" + (" (optional)" if status.optional else "")
        table.add_row(escape(name), word, escape(brief(status.reasons)), made[:16].replace("T", " "))
    console.print(table)
    counts: dict[str, int] = {}
    for status in states.values():
        word = "not measured yet, for want of data" if status.optional else status.state
        counts[word] = counts.get(word, 0) + 1
    console.print(
        f"\n{len(states)} steps: " + ", ".join(f"{count} {word}" for word, count in counts.items()), highlight=False
    )


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


def dry_run_table(plan: Plan, names: Sequence[str], states: Mapping[str, Status], console: Console) -> None:
    """What would run, why, and how long it took the last time."""
    if not names:
        console.print("nothing would run")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("would run", "because", "took"):
        table.add_column(column, overflow="fold")
    for name in names:
        status = states[name]
        took = status.record.happened.get("seconds") if status.record else None
        because = brief(status.reasons) or ("asked for" if status.state == "fresh" else status.state)
        table.add_row(escape(name), escape(because), f"{took:.1f} s" if took is not None else "")
    console.print(table)
    console.print(
        f"\n{len(names)} of {len(plan.steps)} steps; those after a result that comes out the same will be skipped"
    )


def explain(plan: Plan, name: str, status: Status, console: Console) -> None:
    """Everything about one step."""
    step = plan.steps[name]
    say = lambda text: console.print(text, highlight=False, soft_wrap=True)  # noqa: E731
    say(
        f"[bold]{escape(name)}[/] is [{COLOURS[status.state]}]{status.state}[/]"
        + (" (optional)" if status.optional else "")
    )
    for reason in status.reasons:
        say(f"  {escape(reason)}")
    say(f"  {step.kind} by {escape(step.function or 'tpdl')}, {step.source}:{step.line}")
    for path in step.products:
        say(f"  product    {path.relative_to(plan.project.root)}")
    if step.parameters:
        say("  parameters " + escape(", ".join(f"{key} = {value!r}" for key, value in step.parameters.items())))
    for title, names in (("needs", step.upstream), ("data", step.data)):
        if names:
            say(f"  {title:10} " + escape(", ".join(names)))
    if status.record is None:
        return
    happened = status.record.happened
    say(f"  made       {happened.get('made')}, in {happened.get('seconds')} s, on {happened.get('device')}")
    if status.record.accepted:
        say(f"  accepted   {escape(str(status.record.accepted))}")
    for library, then in happened.get("libraries", {}).items():
        now = installed(library)
        if now and now != then:
            say(
                f"  [yellow]note[/]       made with {library} {then}, here it is {now}; versions are recorded, not compared"
            )
    symbols = sorted(status.record.fingerprint.symbols)
    say(f"  uses       {len(symbols)} symbols: " + escape(", ".join(symbols)))


def brief(reasons: Sequence[str]) -> str:
    """The first reasons, and how many more there are."""
    more = len(reasons) - SHOWN
    return "; ".join(reasons[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def installed(library: str) -> str | None:
    """The version of an import name that is installed here."""
    try:
        return version(DISTRIBUTIONS.get(library, library))
    except PackageNotFoundError:
        return None
