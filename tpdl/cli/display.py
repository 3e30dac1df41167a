"""What a person sees while steps run: a live picture on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

from tpdl.files import read_json
from tpdl.plan.facts import Facts
from tpdl.plan.plan import Plan
from tpdl.run.devices import Device
from tpdl.run.job import Outcome
from tpdl.run.schedule import Listener, Report

LAST_LINES = 12
"""How much of the log of a failed step is shown."""
INTERVAL = 0.1
"""Seconds between two pictures: thousands of steps can end in one."""


class Display(Listener):
    """Shows what happens while steps run.

        with Display(plan, Console(), names, facts) as display:
            report = run_steps(plan, names, display)

    Args:
        plan: the steps.
        console: where it is shown.
        names: the steps that are to run.
        facts: about them: how long they took the last time says how long it will take now.
        workers: how many run at a time.
    """

    def __init__(
        self, plan: Plan, console: Console, names: Sequence[str], facts: Mapping[str, Facts], workers: int = 1
    ) -> None:
        self._plan, self._console, self._workers = plan, console, workers
        records = {name: facts[name].record for name in names}
        self._expected = {name: record.happened.get("seconds", 0.0) for name, record in records.items() if record}
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[what]}"),
            console=console,
            auto_refresh=False,
        )
        self._all = self._bars.add_task("steps", total=len(names), what="")
        self._running: dict[str, tuple[Any, float]] = {}
        self._devices: dict[str, Any] = {}
        """GPU -> its line."""
        self._live: Live | None = None
        self._drawn = 0.0

    def __enter__(self) -> Display:
        if self._console.is_terminal:
            self._live = Live(self._bars, console=self._console, auto_refresh=False, transient=True)
            self._live.start()
            self._hook, sys.breakpointhook = sys.breakpointhook, self._breakpoint
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None
            sys.breakpointhook = self._hook

    def _breakpoint(self, *args: Any, **kwargs: Any) -> Any:
        """Stop showing anything before a debugger starts, which needs the terminal for itself."""
        hook = self._hook
        self._stop()
        return hook(*args, **kwargs)

    def debug(self, error: BaseException) -> None:
        """Open a debugger where a step has failed."""
        import pdb

        self._stop()
        self._console.print(f"[red]{type(error).__name__}[/]: {escape(str(error))}", highlight=False)
        pdb.post_mortem(error.__traceback__)

    def started(self, name: str) -> None:
        """Show a line for the step."""
        task = self._bars.add_task(name, total=None, what="")
        self._running[name] = (task, time.monotonic())
        if not self._live:
            self._console.print(f"[dim]running[/] {escape(name)}")
        self.tick()

    def tick(self) -> None:
        """Read how far the running steps are."""
        if not self._live or time.monotonic() - self._drawn < INTERVAL:
            return
        self._drawn = time.monotonic()
        for name, (task, start) in self._running.items():
            state = self._state(name)
            done, total, unit = (state.pop(key, None) for key in ("done", "total", "unit"))
            parts = [f"{done or 0}/{total} {unit or ''}" if total else f"{done} {unit or ''}" if done else ""]
            parts += [
                f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in state.items()
            ]
            elapsed = time.monotonic() - start
            left = elapsed / done * (total - done) if done and total else self._expected.get(name, 0) - elapsed
            parts.append(_clock(elapsed) + (f", {_clock(left)} left" if left > 1 else ""))
            self._bars.update(task, completed=done or 0, total=total, what="  ".join(part for part in parts if part))
        self._bars.update(self._all, what=self._left())
        self._live.update(self._bars, refresh=True)

    def devices(self, seen: Sequence[Device]) -> None:
        """Show a line for each GPU: what it is doing."""
        for device in seen:
            if device.uuid not in self._devices:
                self._devices[device.uuid] = self._bars.add_task(device.name, total=device.memory or None, what="")
            used = f"{device.used / 1e9:.1f} of {device.memory / 1e9:.1f} GB" if device.memory else ""
            busy = f"{device.utilisation} % busy" if device.utilisation is not None else ""
            what = "  ".join(filter(None, (used, busy)))
            self._bars.update(self._devices[device.uuid], completed=device.used, what=what)

    def again(self, outcome: Outcome) -> None:
        """Print a line for a step that starts once more."""
        task, _ = self._running.pop(outcome.step)
        self._bars.remove_task(task)
        self._console.print(
            f"[yellow]again[/]   {escape(outcome.step)}: {escape(outcome.message or '')}; others ran beside it, so it "
            f"is tried once more without them (out of {outcome.out_of_memory})",
            highlight=False,
            soft_wrap=True,
        )

    def ended(self, outcome: Outcome) -> None:
        """Print a line for a step that delivered, and the end of its log for one that failed."""
        task, _ = self._running.pop(outcome.step)
        self._bars.remove_task(task)
        self._bars.advance(self._all)
        self._expected.pop(outcome.step, None)
        name = escape(outcome.step)
        for path in outcome.kept:
            self._console.print(
                f"        the product was not what tpdl had written; the file is kept as {escape(path)}",
                highlight=False,
                soft_wrap=True,
            )
        if outcome.message is None:
            same = "" if outcome.changed else "  [dim]same result as before[/]"
            self._console.print(f"[green]done[/]    {name}  [dim]{_clock(outcome.seconds)}[/]{same}", highlight=False)
            if outcome.taken_up:
                self._console.print(f"        as it was measured on {outcome.taken_up}; nothing was measured again")
            for path, size in outcome.large.items():
                shown = Path(path).relative_to(self._plan.project.root)
                self._console.print(
                    f"        {escape(str(shown))} has {size / 1e6:.1f} MB, and git would keep every version of it; "
                    "@experiment(local=True) keeps it under .tpdl/, and only its record beside the figures",
                    highlight=False,
                    soft_wrap=True,
                )
            if outcome.surprise:
                self._console.print(
                    f"        [yellow]another result, although nothing that decides it has changed:[/] "
                    f"{escape(outcome.surprise)}",
                    highlight=False,
                    soft_wrap=True,
                )
            for warning in outcome.warnings:
                self._console.print(f"        [yellow]{escape(warning)}[/]", highlight=False, soft_wrap=True)
            if outcome.moved:
                self._console.print(
                    f"        its source changed while it ran ({', '.join(outcome.moved[:3])}): still stale"
                )
        else:
            self._console.print(f"[red]failed[/]  {name}: {escape(outcome.message)}", highlight=False, soft_wrap=True)
            self._log(outcome)
        self.tick()

    def passed_over(self, name: str, reason: str) -> None:
        """Print a line for a step that did not run."""
        self._bars.advance(self._all)
        self._console.print(f"[dim]skipped {escape(name)}: {escape(reason)}[/]", highlight=False, soft_wrap=True)

    def _log(self, outcome: Outcome) -> None:
        """Print the end of a step's log, and where it is."""
        log = self._plan.places.log(outcome.step)
        try:
            lines = log.read_text(errors="replace").splitlines()
        except OSError:
            return
        if lines:
            for line in lines[-LAST_LINES:]:
                self._console.print(f"        [dim]{escape(line)}[/]", highlight=False, soft_wrap=True)
        self._console.print(f"        the whole log: {log.relative_to(self._plan.project.root)}", highlight=False)

    def _state(self, name: str) -> dict[str, Any]:
        """What a running step says of itself, see `tpdl.run.context.Progress`."""
        try:
            state = read_json(self._plan.places.progress(name))
        except (OSError, ValueError):
            return {}
        if not isinstance(state, dict):
            return {}
        numbers = {key: state.get(key) for key in ("done", "total") if isinstance(state.get(key), int | float)}
        return {**state, "done": None, "total": None, **numbers}

    def _left(self) -> str:
        """How many steps are done, and how long the rest will take."""
        task = self._bars.tasks[0]
        counts = f"{int(task.completed)}/{int(task.total or 0)} steps, {len(self._running)} running"
        known = sum(self._expected.values()) / self._workers
        return counts + (f", about {_clock(known)} of work left" if known > 2 else "")


def _clock(seconds: float) -> str:
    """`4.2 s`, `0:03:05`."""
    return f"{seconds:.1f} s" if seconds < 60 else str(timedelta(seconds=round(seconds)))


def print_report(report: Report, console: Console) -> None:
    """Print one closing line: what became of how many steps."""
    parts = [f"{len(report.done)} done"]
    if report.unchanged:
        parts.append(f"{len(report.unchanged)} still fresh")
    if report.failed:
        parts.append(f"[red]{len(report.failed)} failed[/]: {escape(', '.join(report.failed))}")
    if report.blocked:
        parts.append(f"{len(report.blocked)} not run because of that")
    if report.moved:
        parts.append(f"{len(report.moved)} out of date again, because the source changed meanwhile")
    for name, symbols in report.unseen.items():
        parts.append(
            f"{escape(name)} executed what its fingerprint does not know: {', '.join(symbols)}; declare uses=[…]"
        )
    console.print("; ".join(parts), highlight=False, soft_wrap=True)
