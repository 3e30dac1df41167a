"""`tpdl clean`: local files that no step refers to any more.

Example:
    remove(path for path, size in unreferenced(project))
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tpdl.charts import SUFFIX as CHART
from tpdl.errors import StepError
from tpdl.files import all_unfinished, read_json
from tpdl.images import SUFFIX as IMAGES
from tpdl.images import files_of
from tpdl.plan.facts import digests, read_facts
from tpdl.plan.plan import Plan, read_plan
from tpdl.plan.project import PROFILES, Project
from tpdl.plan.record import RECORD_SUFFIX, Record, read_record
from tpdl.plan.step import Step
from tpdl.plan.variants import NARROW, VARIANTS

SNAPSHOT_DAYS = 7
NOTES = ("logs", "failed")
"""Folders of what is kept of each step that has run on this machine."""


def unreferenced(project: Project) -> list[tuple[Path, int]]:
    """Paths below `.tpdl/` that could go, with their size in bytes, largest first.

    Large intermediates, logs and failures of steps that no longer exist, checkpoints and refused results that no
    present fingerprint would take up, files set aside before they were replaced, snapshots that nobody has used for a
    week, and what writers have left that were killed. For products in `figures/` see `disowned`.

    Raises:
        UserError: a declaration cannot be read, so nobody knows what its steps need.
    """
    paths = _files(project.state / "kept")
    paths += [*_old_snapshots(project.state / "snapshots"), *_left_by_older_versions()]
    paths += [*all_unfinished(project.root / "figures", project.state)]
    for profile in PROFILES:
        if project.places(profile).state.is_dir():
            plan = read_plan(project, profile)
            plan.check()  # what an unreadable step has left is not to be taken for nobody's
            paths += [*_unknown_products(plan), *_unknown_logs(plan), *_useless_states(plan), *_left_by_killed(plan)]
    sized = [(path, path.stat().st_size) for path in dict.fromkeys(paths)]
    return sorted(sized, key=lambda item: (-item[1], item[0]))


def scratch_results(project: Project) -> list[tuple[Path, int]]:
    """Results of `tpdl run -S`, with their records, logs, and sizes in bytes. Nothing depends on them."""
    places = [project.places(profile) for profile in PROFILES]
    folders = [
        folder for each in places for folder in (each.scratch, *(each.state / kind / "scratch" for kind in NOTES))
    ]
    return [(path, path.stat().st_size) for folder in folders for path in _files(folder)]


def disowned(project: Project) -> list[Path]:
    """Products in `figures/`, and their records, that no step makes any more. Files without a record are not tpdl's."""
    plan = read_plan(project)
    plan.check()  # what an unreadable step has made is not to be taken for nobody's
    known = {path for step in plan.steps.values() for path in (*step.products, step.record_path)}
    paths = [path for step in plan.steps.values() for path in _other_variants(step) if path not in known]
    for path in _files(plan.places.figures):
        if path.name.endswith(RECORD_SUFFIX) and path not in known and isinstance(record := read_record(path), Record):
            products = [path.parent / Path(name).name for name in record.products]
            products += [image for product in products for image in _images_of(product)]
            paths += [product for product in products if product.is_file() and product not in known] + [path]
    return sorted(set(paths))


def _other_variants(step: Step) -> list[Path]:
    """Pictures for dark or narrow pages that a figure's function has drawn, and does not draw now."""
    if step.kind != "figure":
        return []
    variants = [step.product.with_name(f"{step.product.stem}{each}{step.product.suffix}") for each in VARIANTS.values()]
    if step.charts:
        variants.append(step.product.with_name(f"{step.product.stem}{VARIANTS[NARROW]}{CHART}"))
    return [path for path in variants if path not in step.products and path.is_file()]


def _images_of(product: Path) -> list[Path]:
    """The files that the index of images names, if the product is one."""
    with contextlib.suppress(StepError):
        return list(files_of(product)) if product.suffix == IMAGES else []
    return []


def _old_snapshots(folder: Path) -> list[Path]:
    """Snapshots that no run has used for a week, and what they alone have kept."""
    long_ago = time.time() - SNAPSHOT_DAYS * 86400
    old = {path for path in _files(folder) if path.stat().st_mtime < long_ago}
    used: set[Path] = set()
    for manifest in folder.glob("*.json"):
        if manifest not in old:
            with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
                used |= {folder / sha[:2] / sha[2:] for sha in read_json(manifest).values()}
    return sorted(old - used)


def _left_by_older_versions() -> list[Path]:
    """What steps that were killed have left in the system's folder for temporary files before tpdl 0.2."""
    day_ago = time.time() - 86400
    found = []
    for folder in Path(tempfile.gettempdir()).glob("tpdl-*"):
        with contextlib.suppress(OSError):
            stat = folder.lstat()
            mine = not hasattr(os, "getuid") or stat.st_uid == os.getuid()
            names = os.listdir(folder) if folder.is_dir() and not folder.is_symlink() else ["no folder"]
            if set(names) <= {"outcome.json"} and stat.st_mtime < day_ago and mine:
                found += [folder / name for name in names] or [folder]
    return found


def _unknown_products(plan: Plan) -> list[Path]:
    """Large intermediates, and products of a profile whose products git does not keep, that no step makes."""
    places = plan.places
    folders = [places.local, *([places.figures] if places.figures.is_relative_to(places.state) else [])]
    known = {path for step in plan.steps.values() for path in (*step.products, step.record_path)}
    known |= {image for path in list(known) for image in _images_of(path)}
    return [path for folder in folders for path in _files(folder) if path not in known]


def _unknown_logs(plan: Plan) -> list[Path]:
    """Logs and failures of steps that no longer exist."""
    known = {path for name in plan.steps for path in (plan.places.log(name), plan.places.failure(name))}
    folders = [plan.places.state / kind for kind in NOTES]
    scratch = [folder / "scratch" for folder in folders]
    return [
        path
        for folder in folders
        for path in _files(folder)
        if path not in known and not any(path.is_relative_to(each) for each in scratch)
    ]


def _left_by_killed(plan: Plan) -> list[Path]:
    """What steps have noted of what they read, and were killed."""
    day_ago = time.time() - 86400
    return [path for path in _files(plan.places.state / "observed") if path.stat().st_mtime < day_ago]


def _useless_states(plan: Plan) -> list[Path]:
    """Checkpoints and refused results of steps that no longer exist, or of other code, parameters or inputs."""
    kinds = (("checkpoints", plan.places.checkpoints), ("refused", plan.places.refused))
    saved = [name for name in plan.steps if any(place(name).is_dir() for _, place in kinds)]
    useful = {
        place(name) / digest
        for name, facts in read_facts(plan, saved).items()
        for digest in digests(plan.steps[name], facts.now)
        for _, place in kinds
    }
    return [
        path for folder, _ in kinds for path in _files(plan.places.state / folder) if useful.isdisjoint(path.parents)
    ]


def remove(paths: Iterable[Path]) -> None:
    """Remove the files, and the folders of the project that they leave empty."""
    temporary = Path(tempfile.gettempdir())
    for path in paths:
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent.name == ".tpdl" or parent == temporary or any(parent.iterdir()):
                break
            parent.rmdir()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
