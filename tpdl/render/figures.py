"""Images in documents: the picture or the sheet of a step, with its provenance, or any other file of the project."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.errors import UserError
from tpdl.nearest import nearest
from tpdl.readings import read
from tpdl.render.charts import read_chart
from tpdl.render.namespace import run_command
from tpdl.render.problem import Problem
from tpdl.render.provenance import Provenance
from tpdl.render.scan import Item, scan
from tpdl.render.sheets import SUFFIX, read_sheet, texts
from tpdl.render.videos import read_video

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status
    from tpdl.plan.step import Step

NOTHING_SHOWN: dict[str, Any] = {
    **dict.fromkeys(("light", "dark", "narrow", "narrow_dark", "caption", "alt", "command"), ""),
    "sheet": False,
    "chart": False,
    "video": False,
    "provenance": False,
    "readings": False,
}
"""What an entry for the filter holds where there is nothing to say."""


class Figures:
    """Collects what the filter places where a document shows an image."""

    def __init__(self, plan: Plan, states: Mapping[str, Status], provenance: Provenance) -> None:
        self._plan, self._states, self._provenance = plan, states, provenance
        self._root = plan.project.root
        self._steps = {_path_in_documents(step): step for step in plan.steps.values() if step.kind == "figure"}
        self.entries: dict[str, dict[str, Any]] = {}
        """Target of the image, as it is written -> its entry for the filter."""
        self.problems: list[Problem] = []
        self.declared: list[Item] = []
        """The values and claims in captions, alternative texts and labels that come from steps."""
        self.has_charts = False
        """Whether a page needs what makes charts interactive."""

    def add(self, item: Item, chapter: str) -> Step | None:
        """Enter an image.

        Args:
            item: the image.
            chapter: path of the document that it is shown in, which relative targets start from.

        Returns:
            the step that draws it, if one does.
        """
        target = _inside_project(item.text, Path(chapter).parent)
        step = self._steps.get(target)
        if step is None:
            self._add_other_image(item, target)
            return None
        entry = self.entries[item.text] = self._entry(step, item)
        words = [step.caption] if not item.inside else []
        self._declare([*words, step.alt], step.source, step.line)
        if entry["sheet"]:
            self._declare(texts(entry["sheet"]), step.source, step.line)
        if not (step.alt or step.problem or item.attributes.get("fig-alt") or item.attributes.get("alt")):
            self.problems.append(
                item.problem(f"{target} has no alt text; give `alt=` to the function that draws it, or `fig-alt` here")
            )
        return step

    def _entry(self, step: Step, item: Item) -> dict[str, Any]:
        """What is shown, words, and where it comes from; for one that is missing what to do."""
        is_drawn, status = step.product.exists(), self._states[step.name]
        shown = self._shown(step, item) if is_drawn else {}
        missing = "; ".join(status.reasons) or status.state
        return {
            **NOTHING_SHOWN,
            **shown,
            "caption": step.caption,
            "alt": step.alt,
            "missing": "" if shown else missing if not is_drawn else "it cannot be read",
            "command": run_command(self._plan, step.base),
            "provenance": bool(shown) and self._provenance.of(step.name),
        }

    def _shown(self, step: Step, item: Item) -> dict[str, Any]:
        """A sheet; a video; or the pictures for light and dark pages, and for narrow ones where they are drawn anew."""
        if step.product.suffix == SUFFIX:
            return self._sheet(step.product, item)
        there = {variant: path for variant, path in step.pictures.items() if path.exists()}
        shown: dict[str, Any] = {variant: self._address(path) for variant, path in there.items()}
        shown["readings"] = _readings(there)
        try:
            if step.stills:
                shown["video"] = read_video(step.product, step.stills, self._root)
            if step.charts:
                shown["chart"] = read_chart(step.charts, self._root)
                self.has_charts = True
        except UserError as error:
            self.problems.append(item.problem(str(error)))
            return {}
        return shown

    def _sheet(self, path: Path, item: Item) -> dict[str, Any]:
        try:
            return {"sheet": read_sheet(path, self._plan.places.figures, self._root)}
        except UserError as error:
            self.problems.append(item.problem(str(error)))
            return {}

    def _address(self, path: Path) -> str:
        """Where a file is, from the project's folder."""
        return path.relative_to(self._root).as_posix()

    def _declare(self, words: Iterable[str], source: str, line: int) -> None:
        for text in words:
            for construct in scan(text):
                item = replace(construct, path=source, line=line)
                if item.kind in ("value", "claim") and item not in self.declared:  # a figure may be shown twice
                    self.declared.append(item)

    def _add_other_image(self, item: Item, target: str) -> None:
        """An image that no step draws; a draft shows a box in place of one that is not there."""
        if "://" in item.text:
            message = f"the image {item.text} lies on another host; put a copy into the project"
        elif not (self._root / target).is_file():
            message = f"there is no image {target}, and no step draws it; {nearest(target, self._steps)}"
        elif not target.endswith(SUFFIX):
            return
        else:  # a sheet that somebody wrote by hand
            shown = self._sheet(self._root / target, item)
            self.entries[item.text] = {**NOTHING_SHOWN, **shown, "missing": "" if shown else f"{target} cannot be read"}
            if shown:
                self._declare(texts(shown["sheet"]), item.path, item.line)
            return
        self.problems.append(item.problem(message))
        self.entries[item.text] = {**NOTHING_SHOWN, "missing": f"no image {target}"}


def _readings(pictures: Mapping[str, Path]) -> dict[str, str] | bool:
    """What the points of a plot say, as JSON for the page's script: `wide`, and `narrow` where it is drawn anew."""
    points = {
        kind: read(pictures[variant].read_bytes())
        for kind, variant in (("wide", "light"), ("narrow", "narrow"))
        if variant in pictures and pictures[variant].suffix == ".svg"
    }
    return any(points.values()) and {kind: json.dumps(found, ensure_ascii=False) for kind, found in points.items()}


def _path_in_documents(step: Step) -> str:
    """Where documents find the picture of a step, whatever the profile: `figures/transfer/layer-cut.svg`."""
    return f"figures/{step.name}"


def _inside_project(target: str, folder: Path) -> str:
    """An image's target as a path relative to the root; a leading slash means the root, as in Quarto."""
    path = target.lstrip("/") if target.startswith("/") else (folder / target).as_posix()
    return os.path.normpath(path).replace(os.sep, "/")
