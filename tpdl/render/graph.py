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
EXPERIMENT = Sizes(narrowest=104, widest=218, picture=702)
"""As wide as a page has room for, at the size at which its letters were drawn."""
STEP = Sizes(narrowest=310, widest=310)
FILL = {"fresh": "#e3f1e9", "missing": "#e2ebf4", "stale upstream": "#fdf1d8", "stale": "#fbe3b3", "failed": "#f5c9b8"}
"""State -> colour, from best to worst."""
STATES = tuple(FILL)
MARGIN = 7
"""Pixels between the edge of a box and its text."""
LETTER, SMALL = 6.65, 5.45
"""Pixels from one letter to the next, at the two sizes in which boxes are lettered."""
DRAWN = ("figure", "summary")
"""Kinds of steps that have round ends: they draw from results."""


@dataclass(frozen=True)
class Line:
    """A line of text in a box; `x` and `y` are pixels from the upper left corner of that."""

    text: str
    x: int
    y: int
    says: bool = False
    """It is small."""

    @property
    def ends(self) -> bool:
        """It ends at `x`, because something stands before it."""
        return self.x > MARGIN


@dataclass
class Box:
    """One box of the picture."""

    name: str
    label: str
    state: str
    says: str = ""
    """Small, behind the label."""
    title: str = ""
    """What is shown when a pointer rests on the box."""
    drawn: bool = False
    """The step draws from results: its box has round ends."""
    href: str = ""
    """Where the box leads."""

    def lines(self, width: int) -> list[Line]:
        """Its text, where it has that width: what it says stands behind the name, or below if there is no room."""
        room, y = width - 2 * MARGIN, 4
        found: list[Line] = []
        for part in divided(self.label, "-", int(room / LETTER)):
            y += 13
            found.append(Line(part, MARGIN, y))
        if self.says and len(found[-1].text) * LETTER + 8 + len(self.says) * SMALL <= room:
            return [*found, Line(self.says, width - MARGIN, y, says=True)]
        for part in divided(self.says, " ", int(room / SMALL)):
            y += 11
            found.append(Line(part, MARGIN, y, says=True))
        return found

    def height(self, width: int) -> int:
        """Of the box, where it has that width."""
        return self.lines(width)[-1].y + 8


@dataclass
class _Experiment:
    """One experiment: all its runs, and what it needs."""

    name: str
    needs: set[str] = field(default_factory=set)
    """Names of other experiments."""
    states: list[str] = field(default_factory=list)

    @property
    def chapter(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def state(self) -> str:
        """The worst state of any run."""
        return max(self.states, key=STATES.index, default="missing")

    @property
    def says(self) -> str:
        """`6 runs, stale`; nothing of a single run that is fresh."""
        runs = [f"{len(self.states)} runs"] if len(self.states) > 1 else []
        return ", ".join([*runs, *([self.state] if self.state != "fresh" else [])])


def graph(
    plan: Plan, states: Mapping[str, Status], order: Sequence[str] = (), links: str | None = None
) -> dict[str, Any]:
    """The picture of all experiments for the report.

    Runs that may stay unmeasured count only if they were measured.

    Args:
        plan: whose experiments they are.
        states: of its steps.
        order: of the chapters; those that are not in it come after.
        links: boxes lead to this, with the name of the experiment behind it.

    Returns:
        `svg`, its `width` in pixels, and the picture in words as `alt`; and as `parts` the same for each chapter: for
        paper, where one page cannot hold all.
    """
    experiments = _experiments(plan, states)
    places = {chapter: place for place, chapter in enumerate(order)}
    by_chapter = sorted(experiments, key=lambda name: places.get(experiments[name].chapter, len(places)))
    experiments = {name: experiments[name] for name in by_chapter}
    chapters: dict[str, dict[str, _Experiment]] = {}
    for name, experiment in experiments.items():
        chapters.setdefault(experiment.chapter, {})[name] = experiment
    return {**_picture(experiments, links), "parts": [_picture(inside, links) for inside in chapters.values()]}


def _picture(experiments: Mapping[str, _Experiment], links: str | None) -> dict[str, Any]:
    """A picture as `svg`, its `width` in pixels, and in words as `alt`."""
    needs = {name: experiment.needs & experiments.keys() for name, experiment in experiments.items()}
    direct = without_shortcuts(needs)
    boxes = [
        Box(
            name,
            name.rpartition("/")[2],
            experiment.state,
            experiment.says,
            href="" if links is None else f"{links}{name}",
        )
        for name, experiment in experiments.items()
    ]
    chapters = {name: experiment.chapter for name, experiment in experiments.items()}
    place, words = _placed(boxes, direct, chapters, EXPERIMENT), _words(direct)
    return {"svg": _svg(boxes, place, words), "width": place.width, "alt": words}


def _experiments(plan: Plan, states: Mapping[str, Status]) -> dict[str, _Experiment]:
    """The experiments by name, each with its runs taken together."""
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
    atomic_write(path, _svg(boxes, _placed(boxes, needs, chapters, STEP), words) + "\n")


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


def _placed(
    boxes: Sequence[Box], needs: Mapping[str, Collection[str]], chapters: Mapping[str, str], sizes: Sizes
) -> Layout:
    of = {box.name: box for box in boxes}
    return layout(needs, chapters, sizes, lambda name, width: of[name].height(width))


def _svg(boxes: Sequence[Box], place: Layout, words: str) -> str:
    return fill(TEMPLATE, boxes=boxes, place=place, margin=MARGIN, words=words, fill=FILL).strip()


def divided(text: str, divider: str, length: int) -> list[str]:
    """Lines of at most `length` characters, divided after a divider where there is one.

    >>> divided("tuned-from-scratch", "-", 12)
    ['tuned-from-', 'scratch']
    """
    lines: list[str] = []
    line = ""
    for part in text.replace(divider, divider + "\n").splitlines():
        if line and len((line + part).rstrip()) > length:
            lines.append(line.rstrip())
            line = ""
        line += part
        while len(line.rstrip()) > length:
            lines.append(line[:length])
            line = line[length:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _end(text: str, length: int) -> str:
    return text if len(text) <= length else "…" + text[1 - length :]
