"""Evaluate everything that the documents say about results, and write it down for the Lua filter as one JSON file.

    prepared = prepare(Project.find(Path.cwd()))     # writes .tpdl/report.json
    prepared.claims[0].holds                         # True
    prepared.problems[0]                             # report/transfer.qmd:12: `layer_cut.bset` is unknown; …

It only reads: documents, results and records. Nothing is measured, and nothing drawn.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tpdl.errors import UserError
from tpdl.files import atomic_write
from tpdl.nearest import nearest
from tpdl.plan.facts import read_facts
from tpdl.plan.plan import Plan, read_plan
from tpdl.plan.project import Project
from tpdl.plan.status import judge_all, waiting
from tpdl.render.about import about
from tpdl.render.bindings import Bindings
from tpdl.render.book import Book, read_book, repository
from tpdl.render.cards import read_cards
from tpdl.render.charts import NO_LIBRARY, chart_library
from tpdl.render.checks import check_citations, check_labels, check_slips, check_titles
from tpdl.render.expressions import Evaluator
from tpdl.render.figures import Figures
from tpdl.render.formulas import check_formulas
from tpdl.render.glossary import read_glossary
from tpdl.render.graph import graph
from tpdl.render.namespace import Namespace
from tpdl.render.problem import Problem
from tpdl.render.provenance import Provenance
from tpdl.render.reading import read_chapters
from tpdl.render.scan import Item
from tpdl.render.statements import Claim, Statements
from tpdl.render.table_blocks import TableBlocks

EDITIONS = ("model", "student")
STAND_IN = "The data are stand-ins, made to try the report out. Nothing here says anything about the real data."


@dataclass
class Prepared:
    """What `prepare` found out and wrote down."""

    path: Path
    """The file for the filter."""
    book: Book
    claims: list[Claim]
    problems: list[Problem]
    """Every mistake in the documents, sorted by file and line."""
    data: dict[str, Any]
    """The content of that file."""
    items: dict[str, list[Item]] = field(default_factory=dict)
    """Chapter -> the constructs in it that count."""
    written: dict[str, list[Item]] = field(default_factory=dict)
    """Chapter -> all constructs in it, also inside what a condition drops."""
    seconds: float = 0.0
    """How long it took."""
    broken: tuple[str, ...] = ()
    """What is wrong with experiments, see `tpdl.plan.plan.Plan`; the documents show what is recorded of them."""
    waiting: tuple[str, ...] = ()
    """The steps whose results are not those of the code, each with its state: "noise/means.svg is stale"."""
    note: str = ""
    """What a page will not do because something is not installed; mostly empty."""


def prepare(project: Project, profile: str = "full", plan: Plan | None = None, edition: str = "model") -> Prepared:
    """Evaluate the documents of a project and write `.tpdl/report.json`.

    Args:
        project: whose `_quarto.yml` names the documents.
        profile: "full", or "demo" for a report on stand-in data.
        plan: of that profile, if it is already there.
        edition: "model", with the answers; or "student", with room for them, in a folder of its own.

    Raises:
        UserError: there is no such edition, there is no book, or its configuration is wrong. Mistakes in documents are
            returned as problems, all of them.
    """
    started = time.perf_counter()
    if edition not in EDITIONS:
        raise UserError(f"there is no edition {edition!r}; {nearest(edition, EDITIONS)}")
    plan = plan or read_plan(project, profile)
    states = judge_all(plan, read_facts(plan))
    book = read_book(project.root, profile)
    if edition != EDITIONS[0]:
        book.output = book.output.with_name(f"{book.output.name}-{edition}")
    names = Namespace(plan)
    order = [Path(chapter.path).stem for chapter in book.chapters]
    self_description = about(plan, states, order)
    names.add("report", self_description)
    evaluator = Evaluator(names)
    provenance = Provenance(plan, states, *repository(project.root, book))
    statements = Statements(evaluator, names, binding=profile != "demo")
    figures = Figures(plan, states, provenance)
    tables = TableBlocks(plan, states, names, self_description, provenance)

    reading = read_chapters(book.documents, evaluator, Bindings(evaluator, names, plan, states))
    for chapter, items in reading.counted.items():
        for item in items:
            if item.kind == "image":
                figures.add(item, chapter)
    for item in [*reading.of_kind("claim"), *(item for item in figures.declared if item.kind == "claim")]:
        statements.add_claim(item)
    self_description["claims"] = _claim_rows(statements.claims)  # now values and tables may speak of them
    for item in reading.of_kind("table"):
        tables.add(item)
    for item in [*(item for item in figures.declared if item.kind == "value"), *reading.of_kind("value")]:
        statements.add_value(item)

    cards = read_cards(book, reading, statements.verdicts)
    glossary = read_glossary(reading)
    library = chart_library(project.root) if figures.has_charts else None
    data = {
        "profile": plan.profile,
        "edition": edition,
        "stand_in": STAND_IN if plan.profile == "demo" else "",
        "values": statements.values,
        "claims": statements.verdicts,
        "whens": reading.conditions,
        "withs": {key: vars(missing) for key, missing in reading.bindings.items()},
        "figures": figures.entries,
        "chart_library": library.as_posix() if library else "",
        "tables": tables.entries,
        "cards": cards.anchors,
        "questions": cards.table,
        "results": {name: table for name in plan.steps if (table := provenance.table_of(name))},
        "terms": glossary.terms,
        "definitions": glossary.definitions,
        "graph": graph(plan, states, order),
    }
    path = project.root / ".tpdl" / "report.json"
    atomic_write(path, json.dumps(data, ensure_ascii=False) + "\n")
    problems = {
        *reading.problems,
        *check_titles(book, reading),
        *check_labels(reading),
        *check_slips(reading),
        *check_citations(book, reading),
        *cards.problems,
        *glossary.problems,
        *check_formulas(book, reading),
        *statements.problems,
        *figures.problems,
        *tables.problems,
    }
    return Prepared(
        path=path,
        book=book,
        claims=statements.claims,
        problems=sorted(problems),
        data=data,
        items=reading.counted,
        written=reading.written,
        seconds=time.perf_counter() - started,
        broken=plan.broken,
        waiting=waiting(states),
        note=NO_LIBRARY if figures.has_charts and not library else "",
    )


def _claim_rows(claims: list[Claim]) -> list[dict[str, str]]:
    """The rows of `report/claims`."""
    return [
        {
            "claim": claim.text,
            "verdict": "holds" if claim.holds else "does not hold",
            "where": f"{claim.path}:{claim.line}",
            "expression": claim.expression,
        }
        for claim in claims
    ]
