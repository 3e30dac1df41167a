"""The page: one HTML file that refers to pictures and tables where they lie, and asks no other host for anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from tpdl.explore.addresses import Addresses
from tpdl.explore.sections import Reader, Section
from tpdl.files import atomic_write
from tpdl.plan.plan import Plan
from tpdl.plan.record import timestamp
from tpdl.plan.status import Status
from tpdl.render.graph import graph
from tpdl.render.provenance import moment
from tpdl.templates import fill

TEMPLATE = Path(__file__).with_name("page.html")
NAME = "index.html"


def write_page(plan: Plan, states: Mapping[str, Status], folder: Path, revisions: Sequence[str] = ()) -> Path:
    """Write the page into a folder; its file.

    Args:
        plan: the steps.
        states: of each.
        folder: where the page goes, with the pictures of earlier commits.
        revisions: commits whose results and pictures are put beside those that are here.

    Raises:
        UserError: there is no such commit.
        StepError: nothing can be written there.
    """
    reader = Reader(plan, states, Addresses(folder, plan.project.root), revisions)
    sections = reader.sections()
    path = folder / NAME
    text = fill(
        TEMPLATE,
        title=plan.project.root.name,
        demo=plan.profile == "demo",
        chapters=_by_chapter(sections.values()),
        sections=sections,
        states=_counts(states.values()),
        time=moment(timestamp()),
        graph=Markup(graph(plan, states, links="#")["svg"]) if sections else "",
        earlier=reader.earlier,
        broken=plan.broken,
    )
    atomic_write(path, text)
    return path


def _by_chapter(sections: Iterable[Section]) -> dict[str, list[Section]]:
    """Folder of experiments -> its experiments."""
    chapters: dict[str, list[Section]] = {}
    for section in sections:
        chapters.setdefault(section.name.rpartition("/")[0], []).append(section)
    return chapters


def _counts(states: Iterable[Status]) -> list[tuple[str, int]]:
    """How many steps are in which state."""
    words = ("not measured" if status.optional and status.state == "missing" else status.state for status in states)
    return Counter(words).most_common()
