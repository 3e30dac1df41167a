"""`tpdl clean`: local files that no step refers to any more.

Example:
    remove(path for path, size in unreferenced(project))
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from tpdl.plan.facts import read_facts
from tpdl.plan.plan import Plan, read_plan
from tpdl.plan.project import PROFILES, Project


def unreferenced(project: Project) -> list[tuple[Path, int]]:
    """Paths below `.tpdl/` that could go, with their size in bytes, largest first.

    Large intermediates, logs and failures of steps that no longer exist, checkpoints that no present fingerprint would
    resume, and files set aside before they were replaced. Products in `figures/` are never touched: git keeps those.

    Raises:
        UserError: a declaration cannot be read, so nobody knows what its steps need.
    """
    paths = _files(project.state / "kept")
    for profile in PROFILES:
        if project.places(profile).state.is_dir():
            plan = read_plan(project, profile)
            plan.check()  # what an unreadable step has left is not to be taken for nobody's
            paths += [*_unknown_products(plan), *_unknown_logs(plan), *_useless_checkpoints(plan)]
    sized = [(path, path.stat().st_size) for path in paths]
    return sorted(sized, key=lambda item: (-item[1], item[0]))


def _unknown_products(plan: Plan) -> list[Path]:
    """Large intermediates, and products of a profile whose products git does not keep, that no step makes."""
    places = plan.places
    folders = [places.local, *([places.figures] if places.figures.is_relative_to(places.state) else [])]
    known = {path for step in plan.steps.values() for path in (*step.products, step.record_path)}
    return [path for folder in folders for path in _files(folder) if path not in known]


def _unknown_logs(plan: Plan) -> list[Path]:
    """Logs and failures of steps that no longer exist."""
    known = {path for name in plan.steps for path in (plan.places.log(name), plan.places.failure(name))}
    folders = (plan.places.state / "logs", plan.places.state / "failed")
    return [path for folder in folders for path in _files(folder) if path not in known]


def _useless_checkpoints(plan: Plan) -> list[Path]:
    """Checkpoints of steps that no longer exist, or that other code, parameters or inputs have saved."""
    saved = [name for name in plan.steps if plan.places.checkpoints(name).is_dir()]
    useful = {plan.places.checkpoints(name) / facts.now.digest() for name, facts in read_facts(plan, saved).items()}
    return [path for path in _files(plan.places.state / "checkpoints") if useful.isdisjoint(path.parents)]


def remove(paths: Iterable[Path]) -> None:
    """Remove the files, and the folders that they leave empty."""
    for path in paths:
        path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent.name == ".tpdl" or any(parent.iterdir()):
                break
            shutil.rmtree(parent)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
