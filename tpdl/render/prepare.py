"""Evaluate everything that the documents say about results, and write it down for the Lua filter as one JSON file.

Reads only: documents, results, records. Never trains, never draws.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tpdl.files import atomic_write
from tpdl.plan.facts import read_facts
from tpdl.plan.plan import Plan, read_plan
from tpdl.plan.project import Project
from tpdl.plan.status import Status, judge_all
from tpdl.render.about import about
from tpdl.render.book import Book, Chapter, read_book, repository
from tpdl.render.expressions import Evaluator, ExpressionError, NotMeasured, kind, show, split_format
from tpdl.render.graph import graph
from tpdl.render.label_kinds import NUMBERED, kind_of
from tpdl.render.namespace import Namespace, run_command
from tpdl.render.problem import Problem, nearest
from tpdl.render.provenance import Provenance
from tpdl.render.scan import Item, scan
from tpdl.render.tables import build_table, unmeasured_cells

STAND_IN = "The data are stand-ins, made to try the report out. Nothing here says anything about the real data."


@dataclass(frozen=True)
class Claim:
    """A statement of the text that results can contradict, with the verdict."""

    text: str
    expression: str
    holds: bool
    path: str
    line: int
    reason: str = ""
    """Why it could not be evaluated, if it could not."""


@dataclass
class Prepared:
    """What `prepare` found out and wrote down."""

    path: Path
    book: Book
    claims: list[Claim]
    problems: list[Problem]
    data: dict[str, Any]
    items: dict[str, list[Item]] = field(default_factory=dict)
    """Chapter -> the constructs in it that count."""
    written: dict[str, list[Item]] = field(default_factory=dict)
    """Chapter -> all constructs in it, also inside what a condition drops."""
    seconds: float = 0.0


def prepare(project: Project, profile: str = "full", plan: Plan | None = None) -> Prepared:
    """Evaluate the documents of a project and write `.tpdl/report.json`.

    Args:
        project: whose `_quarto.yml` names the documents.
        profile: "full", or "demo" for a report on stand-in data.
        plan: of that profile, if it is already there.

    Raises:
        UserError: there is no book, or its configuration is wrong. Mistakes in documents are returned as problems, all of them.
    """
    started = time.perf_counter()
    plan = plan or read_plan(project, profile)
    states = judge_all(plan, read_facts(plan))
    work = _Preparation(project.root, plan, states, read_book(project.root, profile))
    for chapter in work.book.chapters:
        work.read(chapter)
    work.check_titles()
    work.check_labels()
    work.evaluate()
    path = project.root / ".tpdl" / "report.json"
    atomic_write(path, json.dumps(work.data, ensure_ascii=False) + "\n")
    problems = sorted(set(work.problems))
    return Prepared(
        path, work.book, work.claims, problems, work.data, work.items, work.written, time.perf_counter() - started
    )


class _Preparation:
    """The state of one preparation."""

    def __init__(self, root: Path, plan: Plan, states: Mapping[str, Status], book: Book) -> None:
        self.root, self.plan, self.states, self.book = root, plan, states, book
        self.names = Namespace(plan)
        self.evaluator = Evaluator(self.names)
        self.provenance = Provenance(plan, states, *repository(root, book))
        self.about = about(plan, states)
        self.names.add("report", self.about)
        self.problems: list[Problem] = []
        self.claims: list[Claim] = []
        self.items: dict[str, list[Item]] = {}
        self.written: dict[str, list[Item]] = {}
        self.data: dict[str, Any] = {
            "profile": plan.profile,
            "stand_in": STAND_IN if plan.profile == "demo" else "",
            "values": {},
            "claims": {},
            "whens": {},
            "figures": {},
            "tables": {},
            "graph": graph(plan, states),
        }

    # Reading

    def read(self, chapter: Chapter) -> None:
        """Scan a chapter; settle its conditions; keep the items that count."""
        self.written[chapter.path] = items = [self._at_origin(item, chapter) for item in scan(chapter.text)]
        verdicts: dict[str, bool] = self.data["whens"]

        def counts(item: Item) -> bool:
            return all(verdicts.get(condition, False) for condition in item.conditions)

        conditions = [item for item in items if item.kind == "when"]
        for item in conditions:
            if item.text not in verdicts and counts(item):
                verdicts[item.text] = self._condition(item)
        for item in conditions:
            verdicts.setdefault(item.text, False)  # inside what is dropped: never evaluated
        self.items[chapter.path] = [item for item in items if counts(item)]

    @staticmethod
    def _at_origin(item: Item, chapter: Chapter) -> Item:
        path, line = chapter.origin(item.line)
        return Item(**{**vars(item), "line": line, "path": path})

    def _condition(self, item: Item) -> bool:
        try:
            return bool(self.evaluator.value(item.text))
        except NotMeasured:
            return False
        except ExpressionError as error:
            self._problem(item, f"condition {error}")
            return False

    def _problem(self, item: Item, message: str) -> None:
        self.problems.append(Problem(item.path, item.line, message))

    def _of_kind(self, *kinds: str) -> list[Item]:
        return [item for items in self.items.values() for item in items if item.kind in kinds]

    # Titles and labels

    def check_titles(self) -> None:
        """Every chapter begins with its title; it is what the navigation shows."""
        for chapter in self.book.chapters:
            first = next((item for item in self.items[chapter.path] if item.kind == "heading"), None)
            if first is None or first.text != "#":
                path, line = (first.path, first.line) if first else chapter.origin(1)
                self.problems.append(Problem(path, line, "a chapter starts with its title; write `# Title` above this"))

    def check_labels(self) -> None:
        """Every label once; every reference and citation to something that is there."""
        labels: dict[str, Item] = {}
        for item in self._of_kind("label"):
            if item.text in labels:
                first = labels[item.text]
                self._problem(
                    item,
                    f"the label #{item.text} is used twice, first at {first.path}:{first.line}; rename one of them",
                )
            labels.setdefault(item.text, item)
        for item in self._of_kind("reference"):
            prefix = item.text.split("-")[0]
            if prefix not in NUMBERED:
                known = ", ".join(NUMBERED)
                self._problem(
                    item, f"@{item.text}: references of the kind {prefix}- are not supported; there are {known}"
                )
            elif item.text not in labels:
                same = [label for label in labels if kind_of(label) == prefix]
                self._problem(item, f"@{item.text} refers to nothing; {nearest(item.text, same)}")
        for item in self._of_kind("mixed"):
            self._problem(item, f"{item.text} mixes a work with a part of the book; write them apart")
        for item in self._of_kind("citation"):
            if item.text not in self._citation_keys:
                self._problem(item, f"@{item.text} is in no bibliography; {nearest(item.text, self._citation_keys)}")

    @cached_property
    def _citation_keys(self) -> set[str]:
        entries = [file.read_text(encoding="utf-8") for file in self.book.bibliography]
        return {key for text in entries for key in re.findall(r"^\s*@\w+\s*\{\s*([^,\s]+)\s*,", text, re.M)}

    # Evaluating

    def evaluate(self) -> None:
        """Claims first, because values and tables may speak of them; then figures, tables and values."""
        for item in self._of_kind("claim"):
            self._claim(item)
        self.about["claims"] = [
            {
                "claim": c.text,
                "verdict": "holds" if c.holds else "does not hold",
                "where": f"{c.path}:{c.line}",
                "expression": c.expression,
            }
            for c in self.claims
        ]
        for item in self._of_kind("image"):
            self._figure(item)
        for item in self._of_kind("table"):
            self._table(item)
        for item in self._of_kind("value"):
            self._value(item)

    def _value(self, item: Item) -> None:
        if item.text in self.data["values"] and "problem" not in self.data["values"][item.text]:
            return
        expression, form = split_format(item.text)
        self.names.used()
        try:
            value = self.evaluator.value(expression)
            text = show(value, form)
        except ExpressionError as error:
            short = "not measured yet" if isinstance(error, NotMeasured) else f"unknown: {expression}"
            self.data["values"][item.text] = {"text": short, "title": str(error), "problem": True}
            self._problem(item, str(error) if expression in str(error) else f"`{expression}`: {error}")
            return
        exact = (
            f"{value:.10g}"
            if isinstance(value, float)
            else repr(value)
            if isinstance(value, int | str)
            else kind(value)
        )
        source = ", ".join(self.names.used())
        title = f"{expression} = {exact}" + (f", from {source}" if source else "")
        self.data["values"][item.text] = {"text": text, "title": title}

    def _claim(self, item: Item) -> None:
        reason = ""
        try:
            holds = bool(self.evaluator.value(item.text))
        except ExpressionError as error:
            holds, reason = False, str(error)
            self._problem(item, f"claim {error}")
        else:
            if (
                not holds and self.plan.profile != "demo"
            ):  # claims are about the real data; stand-ins may contradict them
                self._problem(item, f"the claim “{self._words(item)}” does not hold: `{item.text}` is false")
        self.claims.append(Claim(self._words(item), item.text, holds, item.path, item.line, reason))
        self.data["claims"][item.text] = {"holds": holds, "reason": reason}

    def _words(self, item: Item) -> str:
        """The words of a claim as the reader sees them, with the values put in."""

        def put_in(found: re.Match[str]) -> str:
            try:
                expression, form = split_format(found[1])
                return show(self.evaluator.value(expression), form)
            except ExpressionError:
                return found[1]

        text = re.sub(r"`([^`]+)`\{\.value[^}]*\}", put_in, item.inside)
        return re.sub(r"[*`$]|\{[^}]*\}|\[|\]", "", text)

    def _figure(self, item: Item) -> None:
        """An image: the picture of a step, with provenance, or any other file, which has to be there."""
        target = _inside_project(item.text, Path(self._chapter_of(item)).parent)
        step = next(
            (s for s in self.plan.steps.values() if s.kind == "figure" and target == _figure_name(s.name)), None
        )
        if step is None:
            self._other_image(item, target)
            return
        there = step.product.exists()
        status = self.states[step.name]
        self.data["figures"][item.text] = {
            "light": step.product.relative_to(self.root).as_posix() if there else "",
            "dark": step.products[1].relative_to(self.root).as_posix()
            if len(step.products) > 1 and step.products[1].exists()
            else "",
            "caption": step.caption,
            "alt": step.alt,
            "missing": "" if there else "; ".join(status.reasons) or status.state,
            "command": run_command(self.plan, step.base),
            "provenance": there and self.provenance.of(step.name),
        }
        if not (step.alt or item.attributes.get("fig-alt") or item.attributes.get("alt")):
            self._problem(
                item, f"{target} has no alt text; give `alt=` to the function that draws it, or `fig-alt` here"
            )
        if not item.inside:
            for found in scan(step.caption):
                if found.kind == "value":
                    self._value(Item("value", found.text, step.line, path=step.source))

    def _other_image(self, item: Item, target: str) -> None:
        """An image that no step draws; a draft shows a box in place of one that is not there."""
        if "://" in item.text:
            self._problem(item, f"the image {item.text} lies on another host; put a copy into the project")
        elif not (self.root / target).is_file():
            pictures = [_figure_name(s.name) for s in self.plan.steps.values() if s.kind == "figure"]
            self._problem(item, f"there is no image {target}, and no step draws it; {nearest(target, pictures)}")
        else:
            return
        empty = dict.fromkeys(("light", "dark", "caption", "alt", "command"), "")
        self.data["figures"][item.text] = {**empty, "missing": f"no image {target}", "provenance": False}

    def _chapter_of(self, item: Item) -> str:
        return next(path for path, items in self.items.items() if any(other is item for other in items))

    def _table(self, item: Item) -> None:
        base = item.attributes.get("from", "")
        if not item.label.startswith("tbl-"):
            self._problem(item, "a results table needs a label such as #tbl-cuts")
            return
        try:
            self.data["tables"][item.label] = self._rows_of(base, item)
        except (ExpressionError, ValueError) as error:
            self._problem(item, str(error))

    def _rows_of(self, base: str, item: Item) -> dict[str, Any]:
        if base.startswith("report/"):
            part = base.removeprefix("report/")
            rows = self.about.get(part)
            if not isinstance(rows, list):
                tables = [f"report/{name}" for name, value in self.about.items() if isinstance(value, list)]
                raise ExpressionError(f"there is no {base}; {nearest(base, tables)}")
            return {**build_table(item.attributes, rows, self.names, []), "provenance": False, "missing": ""}
        results = self.names.results.get(base)
        if results is None or base not in self.plan.steps:
            raise ExpressionError(f"no step {base} has results; {nearest(base, self.names.results)}")
        if self.plan.steps[base].product.suffix != ".csv":
            raise ExpressionError(f"the result of {base} is no table, it is {self.plan.steps[base].product.name}")
        status = self.states[base]
        if not results.rows:
            missing = "; ".join(status.reasons) or status.state
            table: dict[str, Any] = {"header": [], "align": [], "rows": [], "missing": missing}
        else:
            cells = unmeasured_cells(self.plan, self.states, base)
            table = {**build_table(item.attributes, results.rows, self.names, cells), "missing": ""}
        return {
            **table,
            "command": run_command(self.plan, base),
            "provenance": bool(results.rows) and self.provenance.of(base),
        }


def _figure_name(step: str) -> str:
    """Where documents find the picture of a step, whatever the profile: `figures/transfer/layer-cut.svg`."""
    return f"figures/{step}"


def _inside_project(target: str, folder: Path) -> str:
    """An image's target as a path relative to the root; a leading slash means the root, as in Quarto."""
    path = target.lstrip("/") if target.startswith("/") else (folder / target).as_posix()
    return os.path.normpath(path).replace(os.sep, "/")
