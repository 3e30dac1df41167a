"""Images in documents: the picture of a step, with its provenance, or any other file of the project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.nearest import nearest
from tpdl.render.namespace import run_command
from tpdl.render.problem import Problem
from tpdl.render.provenance import Provenance
from tpdl.render.scan import Item

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status
    from tpdl.plan.step import Step


class Figures:
    """Collects what the filter places where a document shows an image."""

    def __init__(self, plan: Plan, states: Mapping[str, Status], provenance: Provenance) -> None:
        self._plan, self._states, self._provenance = plan, states, provenance
        self._root = plan.project.root
        self._steps = {_path_in_documents(step): step for step in plan.steps.values() if step.kind == "figure"}
        self.entries: dict[str, dict[str, Any]] = {}
        """Target of the image, as it is written -> its entry for the filter."""
        self.problems: list[Problem] = []

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
        self.entries[item.text] = self._entry(step)
        if not (step.alt or step.problem or item.attributes.get("fig-alt") or item.attributes.get("alt")):
            self.problems.append(
                item.problem(f"{target} has no alt text; give `alt=` to the function that draws it, or `fig-alt` here")
            )
        return step

    def _entry(self, step: Step) -> dict[str, Any]:
        """Light and dark picture, words, and where it comes from; for one that is missing what to do."""
        is_drawn, status = step.product.exists(), self._states[step.name]
        dark = step.products[1] if len(step.products) > 1 and step.products[1].exists() else None
        return {
            "light": step.product.relative_to(self._root).as_posix() if is_drawn else "",
            "dark": dark.relative_to(self._root).as_posix() if dark else "",
            "caption": step.caption,
            "alt": step.alt,
            "missing": "" if is_drawn else "; ".join(status.reasons) or status.state,
            "command": run_command(self._plan, step.base),
            "provenance": is_drawn and self._provenance.of(step.name),
        }

    def _add_other_image(self, item: Item, target: str) -> None:
        """An image that no step draws; a draft shows a box in place of one that is not there."""
        if "://" in item.text:
            message = f"the image {item.text} lies on another host; put a copy into the project"
        elif not (self._root / target).is_file():
            message = f"there is no image {target}, and no step draws it; {nearest(target, self._steps)}"
        else:
            return
        self.problems.append(item.problem(message))
        empty = dict.fromkeys(("light", "dark", "caption", "alt", "command"), "")
        self.entries[item.text] = {**empty, "missing": f"no image {target}", "provenance": False}


def _path_in_documents(step: Step) -> str:
    """Where documents find the picture of a step, whatever the profile: `figures/transfer/layer-cut.svg`."""
    return f"figures/{step.name}"


def _inside_project(target: str, folder: Path) -> str:
    """An image's target as a path relative to the root; a leading slash means the root, as in Quarto."""
    path = target.lstrip("/") if target.startswith("/") else (folder / target).as_posix()
    return os.path.normpath(path).replace(os.sep, "/")
