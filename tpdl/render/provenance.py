"""Where a figure or table comes from: code, data, when, in detail also how, and whether it is still true.

Example:
    Provenance(plan, states, "https://github.com/ada/my-report", "1a2b3c4").of("transfer/layer-cut.svg")["line"]
    # cuts.py (a link to the line) · scenes · 4 May 2026
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tpdl.render.namespace import run_command

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status
    from tpdl.plan.step import Step

NBSP = "\N{NO-BREAK SPACE}"
Piece = dict[str, str]
"""A piece of text with, where there is one, an address: `text`, `url`, `code`."""


class Provenance:
    """Says where the products of a plan's steps come from.

    Args:
        plan: the steps.
        states: of every step.
        url: web address of the source; empty where it is unknown.
        commit: that links lead to; empty where it is unknown.
    """

    def __init__(self, plan: Plan, states: Mapping[str, Status], url: str, commit: str) -> None:
        self._plan = plan
        self._states = states
        self._url = url
        self._commit = commit

    def of(self, name: str) -> dict[str, Any]:
        """What the filter places under a figure or table: a short line, the whole story, a badge.

        Returns:
            `line`: pieces of the quiet line; `details`: pairs of a word and its pieces; `badge`: state and text, or
            false; `csv`: path of the results relative to the root, or "".
        """
        step = self._plan.steps[name]
        measured = self.experiments(name)
        made = [cell for cell in measured if self._states[cell.name].record]
        results = self._results(step)
        sources = [step] if step.function else measured[:1]
        line = [{**self.source(each), "text": each.source.rpartition("/")[2]} for each in sources]
        data = list(dict.fromkeys(name for cell in made for name in cell.data))
        line += [piece(text) for text in (_first_names(data), self._when(made)) if text]
        return {
            "line": line,
            "details": self._details(step, measured, made),
            "badge": self.badge(name) or False,
            "csv": results,
        }

    def experiments(self, name: str) -> list[Step]:
        """Every experiment that the product rests on, directly or not, nearest first."""
        experiments: dict[str, Step] = {}
        waiting = [name]
        while waiting:
            step = self._plan.steps[waiting.pop(0)]
            if step.kind == "experiment":
                experiments.setdefault(step.name, step)
            waiting += [up for up in step.upstream if up not in experiments]
        return list(experiments.values())

    def badge(self, name: str) -> dict[str, str] | None:
        """What a reader has to be warned of, or None."""
        status = self._states[name]
        if self._plan.profile == "demo":
            return {"state": "stand-in", "text": "stand-in data, not the real ones"}
        if status.state == "fresh":
            return None
        reason = f": {status.reasons[0]}" if status.reasons else ""
        words = {"stale upstream": "out of date", "stale": "out of date", "missing": "not made yet", "failed": "failed"}
        return {"state": status.state.split()[0], "text": words.get(status.state, status.state) + reason}

    def source(self, step: Step) -> Piece:
        """The function, with a link to its line at the commit if the repository has an address."""
        text = f"{step.source.removeprefix('experiments/')}:{step.line}"
        if not (self._url and self._commit):
            return piece(text, code="yes")
        record = self._states[step.name].record
        if self._states[step.name].state == "stale" and record and record.happened.get("commit"):
            # What made the product is the code of that commit; its line is not known.
            commit = str(record.happened["commit"]).rstrip("+")
            return piece(text, f"{self._url}/blob/{commit}/{step.source}", code="yes")
        return piece(text, f"{self._url}/blob/{self._commit}/{step.source}#L{step.line}", code="yes")

    def table_of(self, name: str) -> str:
        """The CSV with the rows that the product of a step is made of, relative to the root; "" where there is none."""
        results = self._results(self._plan.steps[name])
        return results if results.endswith(".csv") else ""

    def _results(self, step: Step) -> str:
        """The CSV or JSON with the numbers, if it is there."""
        for name in [step.name, step.base]:
            source = self._plan.steps.get(name)
            if source and source.kind in ("experiment", "table") and not source.local and source.product.exists():
                return source.product.relative_to(self._plan.project.root).as_posix()
        return ""

    def _when(self, made: list[Step]) -> str:
        """The day on which the last of the runs was made."""
        times = sorted(self._happened(step).get("made", "") for step in made)
        return day(times[-1]) if times and times[-1] else ""

    def _details(self, step: Step, measured: list[Step], made: list[Step]) -> list[tuple[str, list[Piece]]]:
        """The whole story: who drew and measured it, every run, the data, and the command that makes it again."""
        rows: list[tuple[str, list[Piece]]] = []
        if step.kind == "figure":
            drawn = self._happened(step)
            when = [piece(f", {moment(drawn['made'])}")] if drawn.get("made") else []
            rows.append(("Drawn by", [self._function(step), piece(" at "), self.source(step), *when]))
        first_cells = {cell.function: cell for cell in reversed(measured)}
        for function in dict.fromkeys(cell.function for cell in measured):
            cell = first_cells[function]
            rows.append(("Measured by", [self._function(cell), piece(" at "), self.source(cell)]))
        if parameters := parameter_values(made or measured):
            rows.append(("Parameters", [piece(", ".join(parameters))]))
        for cell in made:
            story = piece(": " + "; ".join(self._run(cell)))
            rows.append(("Run" if len(made) == 1 else "Runs", [self._function(cell), story]))
        records = [record for cell in made if (record := self._states[cell.name].record)]
        if len(made) > 1:
            seconds = sum(float(self._happened(cell).get("seconds", 0)) for cell in made)
            rows.append(("Took", [piece(f"{duration(seconds)} in all")]))
        hashes = {name: sha for record in records for name, sha in record.fingerprint.data.items() if sha}
        if hashes:
            data = ", ".join(f"{name} (SHA-256 {sha[:12]}…)" for name, sha in sorted(hashes.items()))
            rows.append(("Data", [piece(data)]))
        rows.append(("Again", [piece(run_command(self._plan, step.base), code="yes")]))
        return rows

    def _run(self, cell: Step) -> list[str]:
        """What is known of one run: parameters, time, memory, device, commit."""
        happened = self._happened(cell)
        words = [", ".join(parameter_values([cell])) or "no parameters"]
        if happened.get("made"):
            words.append(f"{moment(happened['made'])}, {duration(float(happened.get('seconds', 0)))}")
        if happened.get("peak_memory_bytes"):
            words.append(f"{size(happened['peak_memory_bytes'])} of memory")
        if happened.get("device"):
            words.append(f"on {machine(happened)}")
        if happened.get("commit"):
            commit = str(happened["commit"])
            words.append(f"at commit {commit[:7]}" + (" with changes" if commit.endswith("+") else ""))
        return words

    @staticmethod
    def _function(step: Step) -> Piece:
        return piece(step.function.rpartition(":")[2], code="yes")

    def _happened(self, step: Step) -> dict[str, Any]:
        record = self._states[step.name].record
        return record.happened if record else {}


def _first_names(names: Sequence[str], most: int = 3) -> str:
    return ", ".join([*names[:most], "…"] if len(names) > most else names)


def piece(text: str, url: str = "", code: str = "") -> Piece:
    """A piece of text, perhaps a link, perhaps in the typewriter font."""
    return {key: value for key, value in (("text", text), ("url", url), ("code", code)) if value}


def day(iso: str) -> str:
    """`2026-05-04T10:11:12Z` as `4 May 2026`; months with three letters."""
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{time.day}{NBSP}{time:%b}{NBSP}{time:%Y}"


def moment(iso: str) -> str:
    """`2026-05-04T10:11:12Z` as `4 May 2026, 10:11 UTC`."""
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day(iso)}, {time:%H:%M}{NBSP}UTC"


def duration(seconds: float) -> str:
    """Seconds as a person would say them: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`."""
    if seconds < 10:
        return f"{seconds:.1f}{NBSP}s"
    if seconds < 120:
        return f"{seconds:.0f}{NBSP}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min{NBSP}{rest}{NBSP}s" if rest else f"{minutes}{NBSP}min"
    return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60}{NBSP}min"


def size(count: float) -> str:
    """Bytes in decimal units: `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f}{NBSP}{unit}" if unit in ("B", "kB") else f"{count:.1f}{NBSP}{unit}"
        count /= 1000
    return ""


def machine(happened: Mapping[str, Any]) -> str:
    """What a step ran on: the device, and the machine if that is known."""
    device, host = str(happened.get("device", "")), str(happened.get("machine", ""))
    return f"{device} ({host})" if host else device


def parameter_values(steps: list[Step]) -> list[str]:
    """Every parameter with the values it took: `C=1.0`, `network=squeezenet1_1|vgg16`; `epochs=24, 16` where two
    functions have a parameter of that name."""
    values: dict[str, dict[str, dict[str, None]]] = {}
    for step in steps:
        for key, value in step.parameters.items():
            text = value if isinstance(value, str) else json.dumps(value)
            values.setdefault(key, {}).setdefault(step.function, {})[text] = None
    return [
        f"{key}={', '.join('|'.join(texts) for texts in _maximal(by_function.values()))}"
        for key, by_function in values.items()
    ]


def _maximal(sets: Iterable[dict[str, None]]) -> list[dict[str, None]]:
    """The sets that are part of no other, each once."""
    kept: list[dict[str, None]] = []
    for candidate in sorted(sets, key=len, reverse=True):
        if not any(candidate.keys() <= other.keys() for other in kept):
            kept.append(candidate)
    return kept
