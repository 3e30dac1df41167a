"""What is measured and what needs what, as a picture: experiments for the report, single steps for `tpdl graph`.

Example:
    graph(plan, states)["svg"]                                # "<svg …", for the page
    write_steps_svg(plan, names, states, Path("steps.svg"))   # one box a step, coloured by its state

The picture of the report is put into the page itself, so that it follows the theme; colours for paper are written into
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.files import atomic_write
from tpdl.render.layout import Layout, Sizes, layout, without_shortcuts
from tpdl.templates import fill

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status

TEMPLATE = Path(__file__).with_name("graph.svg")
EXPERIMENT = Sizes(width=158, height=38)
STEP = Sizes(width=310, height=26)
FILL = {"fresh": "#e3f1e9", "missing": "#e2ebf4", "stale upstream": "#fdf1d8", "stale": "#fbe3b3", "failed": "#f5c9b8"}
"""State -> colour, from best to worst."""
STATES = tuple(FILL)
DRAWN = ("figure", "summary")
"""Kinds of steps that have round ends: they draw from results."""


@dataclass
class Box:
    """One box of the picture."""

    name: str
    label: str
    state: str
    says: str = ""
    """A small line below the label."""
    title: str = ""
    """What is shown when a pointer rests on the box."""
    drawn: bool = False
    """The step draws from results: its box has round ends."""


@dataclass
class _Experiment:
    """One experiment: all its runs, what it needs, and what is drawn from it."""

    name: str
    needs: set[str] = field(default_factory=set)
    """Names of other experiments."""
    states: list[str] = field(default_factory=list)
    figures: int = 0

    @property
    def chapter(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def state(self) -> str:
        """The worst state of any run."""
        return max(self.states, key=STATES.index, default="missing")

    @property
    def says(self) -> str:
        """`6 runs, 2 figures, stale`."""
        runs = len(self.states)
        parts = [f"{runs} runs" if runs > 1 else "1 run"] if runs else []
        if self.figures:
            parts.append(f"{self.figures} figures" if self.figures > 1 else "1 figure")
        return ", ".join([*parts, *([self.state] if self.state != "fresh" else [])])


def graph(plan: Plan, states: Mapping[str, Status]) -> dict[str, Any]:
    """The picture of all experiments for the report.

    Runs that may stay unmeasured count only if they were measured.

    Returns:
        `svg`, its `width` in pixels, and the picture in words as `alt`; and as `parts` the same for each chapter: for
        paper, where one page cannot hold all.
    """
    experiments = _experiments(plan, states)
    chapters: dict[str, dict[str, _Experiment]] = {}
    for name, experiment in experiments.items():
        chapters.setdefault(experiment.chapter, {})[name] = experiment
    return {**_picture(experiments), "parts": [_picture(inside) for inside in chapters.values()]}


def _picture(experiments: Mapping[str, _Experiment]) -> dict[str, Any]:
    """A picture as `svg`, its `width` in pixels, and in words as `alt`."""
    needs = {name: experiment.needs & experiments.keys() for name, experiment in experiments.items()}
    direct = without_shortcuts(needs)
    boxes = [
        Box(name, _beginning(name.rpartition("/")[2], 22), experiment.state, experiment.says)
        for name, experiment in experiments.items()
    ]
    chapters = {name: experiment.chapter for name, experiment in experiments.items()}
    place, words = layout(direct, chapters, EXPERIMENT), _words(direct)
    return {"svg": _svg(boxes, place, EXPERIMENT, words), "width": place.width, "alt": words}


def _experiments(plan: Plan, states: Mapping[str, Status]) -> dict[str, _Experiment]:
    """The experiments by name, each with its runs and figures taken together."""
    measured = {step.base for step in plan.steps.values() if step.kind == "experiment"}
    experiments: dict[str, _Experiment] = {}
    for name, step in plan.steps.items():
        if step.base not in measured:
            continue
        experiment = experiments.setdefault(step.base, _Experiment(step.base))
        if step.kind == "experiment":
            experiment.needs |= {plan.steps[up].base for up in step.upstream} - {step.base}
            if not step.optional or states[name].state != "missing":
                experiment.states.append(states[name].state)
        elif step.kind == "figure":
            experiment.figures += 1
    return experiments


def _words(needs: Mapping[str, Collection[str]]) -> str:
    """The picture in words, for those who do not see it."""
    lines = [
        f"{name} needs {', '.join(sorted(ups))}" if ups else f"{name} needs no other" for name, ups in needs.items()
    ]
    return f"Graph of {len(needs)} experiments: {'; '.join(lines)}."


def write_steps_svg(plan: Plan, names: Sequence[str], states: Mapping[str, Status], path: Path) -> None:
    """Write a picture of single steps, each with its state, and of all that they need among themselves."""
    chosen = set(names)
    needs = {name: chosen.intersection(plan.steps[name].upstream) for name in names}
    boxes = [
        Box(
            name,
            _end(name, 44),
            states[name].state,
            title=f"{name}: {states[name].state}",
            drawn=plan.steps[name].kind in DRAWN,
        )
        for name in names
    ]
    chapters = {name: plan.steps[name].base.rpartition("/")[0] for name in names}
    words = f"Graph of {len(names)} steps and what they need"
    atomic_write(path, _svg(boxes, layout(needs, chapters, STEP), STEP, words) + "\n")


def steps_mermaid(plan: Plan, names: Sequence[str], states: Mapping[str, Status]) -> str:
    """Single steps, each with its state, and what they need, as a Mermaid flowchart for a document."""
    known = {name: f"s{index}" for index, name in enumerate(names)}
    lines = ["flowchart LR"]
    for name, key in known.items():
        shape = ("([", "])") if plan.steps[name].kind in DRAWN else ("[", "]")
        lines.append(f'  {key}{shape[0]}"{name}"{shape[1]}:::{states[name].state.replace(" ", "_")}')
    lines += [f"  {known[up]} --> {known[name]}" for name in names for up in plan.steps[name].upstream if up in known]
    lines += [
        f"  classDef {state.replace(' ', '_')} fill:{colour},stroke:#57606a,color:#1b1f24"
        for state, colour in FILL.items()
    ]
    return "\n".join(lines)


def _svg(boxes: Sequence[Box], place: Layout, sizes: Sizes, words: str) -> str:
    return fill(TEMPLATE, boxes=boxes, place=place, sizes=sizes, words=words, fill=FILL).strip()


def _beginning(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _end(text: str, length: int) -> str:
    return text if len(text) <= length else "…" + text[1 - length :]
