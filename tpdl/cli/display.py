"""What a person sees while steps run: a live picture on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tpdl.cli.sparkline import Series
from tpdl.files import read_json
from tpdl.plan.facts import Facts
from tpdl.plan.plan import Plan
from tpdl.run.context import progress
from tpdl.run.devices import Device
from tpdl.run.job import Outcome
from tpdl.run.schedule import Listener, Report
from tpdl.videos import SUFFIX as VIDEO

LOCAL = "@experiment(local=True) keeps it under .tpdl/, and only its record beside the figures"
LAST_LINES = 12
"""How much of the log of a failed step is shown."""
INTERVAL = 0.1
"""Seconds between two pictures: thousands of steps can end in one."""
PAUSE = 30.0
"""Seconds between two lines about a running step, where there is no terminal."""
NARROW = 100
"""Columns of a terminal below which bars and curves are short."""


@dataclass
class _Running:
    """A step that runs, and what it has said of itself."""

    name: str
    expected: float
    """Seconds that it took the last time; 0 if nobody knows."""
    start: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)
    """When the last line about it was printed."""
    state: dict[str, Any] = field(default_factory=dict)
    """The last values, see `tpdl.run.context.Progress`."""
    first: tuple[float, float] | None = None
    """When it first said how far it is, and how far it was: a training that is resumed begins in the middle."""
    curves: dict[str, Series] = field(default_factory=dict)

    def note(self, state: dict[str, Any]) -> None:
        """Take up what the step says now."""
        if state == self.state:
            return
        self.state = state
        if self.first is None and self.done is not None:
            self.first = time.monotonic(), self.done
        for key, value in state.items():
            if isinstance(value, float) and key not in ("done", "total"):
                self.curves.setdefault(key, Series()).append(value)

    @property
    def done(self) -> float | None:
        return _number(self.state.get("done"))

    @property
    def total(self) -> float | None:
        return _number(self.state.get("total"))

    @property
    def count(self) -> str:
        """`7/40 epochs`."""
        unit = self.state.get("unit") or ""
        if self.total:
            return f"{self.done or 0:g}/{self.total:g} {unit}".strip()
        return f"{self.done:g} {unit}".strip() if self.done else ""

    @property
    def main(self) -> str:
        """The value whose curve is shown: the loss, if there is one."""
        return next((key for key in self.curves if "loss" in key.lower()), next(iter(self.curves), ""))

    def values(self) -> list[str]:
        """`loss 0.3121` and the like, the main one first; a count that `done` says already is left out."""
        names = [key for key in self.state if key not in ("done", "total", "unit")]
        names.sort(key=lambda key: key != self.main)
        shown = {key: self.state[key] for key in names}
        return [
            f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
            for key, value in shown.items()
            if isinstance(value, float) or value != self.state.get("done")
        ]

    def clock(self) -> str:
        """`0:01:03, 0:02:00 left`."""
        now = time.monotonic()
        elapsed = now - self.start
        left = self.expected - elapsed
        if self.first and self.done is not None and self.total and self.done > self.first[1]:
            left = (now - self.first[0]) / (self.done - self.first[1]) * (self.total - self.done)
        return _clock(elapsed) + (f", {_clock(left)} left" if left > 1 else "")


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
        pause: seconds between two lines about a running step, where there is no terminal.
    """

    def __init__(
        self,
        plan: Plan,
        console: Console,
        names: Sequence[str],
        facts: Mapping[str, Facts],
        workers: int = 1,
        pause: float = PAUSE,
    ) -> None:
        self._plan, self._console, self._workers, self._pause = plan, console, workers, pause
        records = {name: facts[name].record for name in names if name in facts}
        self._expected = {name: record.happened.get("seconds", 0.0) for name, record in records.items() if record}
        self._total, self._ended = len(names), 0
        self._running: dict[str, _Running] = {}
        self._devices: Sequence[Device] = ()
        self._live: Live | None = None
        self._drawn = 0.0

    def __enter__(self) -> Display:
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
            self._hook, sys.breakpointhook = sys.breakpointhook, self._breakpoint
        progress.shown = self._said_here
        return self

    def __exit__(self, *error: object) -> None:
        progress.shown = None
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
        """Show that the step runs."""
        with contextlib.suppress(OSError):
            self._plan.places.progress(name).unlink()  # a run that was killed may have left it
        self._running[name] = _Running(name, self._expected.get(name, 0.0))
        if not self._live:
            self._console.print(f"[dim]running[/] {escape(name)}", highlight=False, soft_wrap=True)
        self._show()

    def tick(self) -> None:
        """Read how far the running steps are."""
        now = time.monotonic()
        if self._live:
            if now - self._drawn >= INTERVAL:
                for step in self._running.values():
                    step.note(self._state(step.name))
                self._show()
        elif not self._console.is_terminal:  # on one, somebody is at a debugger
            for step in self._running.values():
                if now - step.said >= self._pause:
                    step.note(self._state(step.name))
                    self._say(step)

    def _said_here(self, state: dict[str, Any]) -> None:
        """The same for a step that runs in this process, and lets nobody else have a turn."""
        for step in self._running.values():
            step.note(state)
            if self._live:
                self._show()
            elif not self._console.is_terminal and time.monotonic() - step.said >= self._pause:
                self._say(step)

    def _say(self, step: _Running) -> None:
        """Print a line about a running step."""
        step.said = time.monotonic()
        parts = [part for part in (step.count, *step.values(), step.clock()) if part]
        self._console.print(f"running {escape(step.name)}: {escape('; '.join(parts))}", highlight=False, soft_wrap=True)

    def _show(self) -> None:
        """Draw the picture anew."""
        if self._live:
            self._drawn = time.monotonic()
            self._live.update(Group(*self._picture()), refresh=True)

    def _picture(self) -> Iterator[RenderableType]:
        """All that is to be seen: a bar for all steps, where there are several, and two lines for each that runs.

        The name has a line for itself: the names of cells are long, and what moves must not be what is cut off.
        """
        wide = self._console.width >= NARROW
        if self._total > 1:
            yield _line(_bar(self._ended, self._total, wide), Text(self._left(), overflow="ellipsis", no_wrap=True))
        for device in self._devices:
            used = f"{device.used / 1e9:.1f} of {device.memory / 1e9:.1f} GB" if device.memory else ""
            busy = f"{device.utilisation} % busy" if device.utilisation is not None else ""
            said = Text("  ".join(filter(None, (device.name, used, busy))), overflow="ellipsis", no_wrap=True)
            yield _line(_bar(device.used, device.memory or None, wide), said)
        for step in self._running.values():
            yield Text(step.name, style="bold", overflow="ellipsis", no_wrap=True)
            main, *others = step.values() or [""]
            curve = step.curves[step.main].drawn(24 if wide else 12) if step.main else ""
            parts = [step.count, f"{main} {curve}".strip(), step.clock(), *others]
            said = Text("  ".join(part for part in parts if part), overflow="ellipsis", no_wrap=True)
            yield _line("", _bar(step.done or 0, step.total, wide), said)

    def devices(self, seen: Sequence[Device]) -> None:
        """Show a line for each GPU: what it is doing."""
        self._devices = seen

    def again(self, outcome: Outcome) -> None:
        """Print a line for a step that starts once more."""
        del self._running[outcome.step]
        self._console.print(
            f"[yellow]again[/]   {escape(outcome.step)}: {escape(outcome.message or '')}; others ran beside it, so it "
            f"is tried once more without them (out of {outcome.out_of_memory})",
            highlight=False,
            soft_wrap=True,
        )

    def ended(self, outcome: Outcome) -> None:
        """Print a line for a step that delivered, and the end of its log for one that failed."""
        del self._running[outcome.step]
        self._ended += 1
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
                    + ("show fewer frames, or smaller ones" if shown.suffix == VIDEO else LOCAL),
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
        self._ended += 1
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
        return state if isinstance(state, dict) else {}

    def _left(self) -> str:
        """How many steps are done, and how long the rest will take."""
        counts = f"{self._ended}/{self._total} steps, {len(self._running)} running"
        known = sum(self._expected.values()) / self._workers
        return counts + (f", about {_clock(known)} of work left" if known > 2 else "")


def _line(*cells: RenderableType) -> RenderableType:
    """Cells beside each other, the last of them as wide as there is room."""
    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for _ in cells:
        grid.add_column(no_wrap=True, overflow="ellipsis")
    grid.add_row(*cells)
    return grid


def _bar(done: float, total: float | None, wide: bool) -> ProgressBar:
    return ProgressBar(total=total, completed=done, width=24 if wide else 12, pulse=not total)


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


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
