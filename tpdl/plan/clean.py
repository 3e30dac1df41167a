"""`tpdl clean`: local files that no step refers to any more."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from tpdl.plan.facts import read_facts
from tpdl.plan.plan import read_plan
from tpdl.plan.project import PROFILES, Project


def unreferenced(project: Project) -> list[tuple[Path, int]]:
    """Paths below `.tpdl/` that could go, with their size in bytes, largest first.

    Large intermediates, logs and failures of steps that no longer exist, checkpoints that no present fingerprint would
    resume, and files set aside before they were replaced. Products in `figures/` are never touched: git keeps those.
    """
    found: list[Path] = []
    for profile in PROFILES:
        places = project.places(profile)
        if not places.state.is_dir():
            continue
        plan = read_plan(project, profile)
        products = {path for step in plan.steps.values() for path in (*step.products, step.record_path)}
        found += [path for path in _files(places.local) if path not in products]
        if places.figures.is_relative_to(places.state):
            found += [path for path in _files(places.figures) if path not in products]
        for folder, suffix in (("logs", ".log"), ("failed", ".json")):
            base = places.state / folder
            found += [p for p in _files(base) if p.relative_to(base).as_posix().removesuffix(suffix) not in plan.steps]
        saved = [name for name in plan.steps if places.checkpoints(name).is_dir()]
        wanted = {places.checkpoints(name) / facts.now.digest() for name, facts in read_facts(plan, saved).items()}
        checkpoints = _files(places.state / "checkpoints")
        found += [path for path in checkpoints if not wanted.intersection(path.parents)]
    found += _files(project.state / "kept")
    sized = [(path, path.stat().st_size) for path in found]
    return sorted(sized, key=lambda item: (-item[1], item[0]))


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
