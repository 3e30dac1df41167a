"""What a shell offers when the name of a step or of a data set is typed halfway; see `tpdl.cli.completion`."""

from __future__ import annotations

import argparse
from pathlib import Path


def steps(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """Chapters, experiments and steps that begin with `prefix`: those of one level, as a shell does with folders."""
    from tpdl.plan.plan import read_plan
    from tpdl.plan.project import Project
    from tpdl.plan.scratch import recorded

    plan = read_plan(Project.find(Path.cwd()), "demo" if getattr(parsed_args, "demo", False) else "full")
    names = [*plan.steps, *(step.name for step in recorded(plan))] if prefix else list(plan.steps)
    matching = [name for name in names if name.startswith(prefix)]
    slash = prefix.count("/")
    return list(dict.fromkeys(_until(name, slash + 1) for name in matching))


def _until(name: str, slashes: int) -> str:
    """`noise/means/law=uniform` until its first slash: `noise/`.

    >>> _until("noise/means/law=uniform", 1), _until("noise/means.svg", 2)
    ('noise/', 'noise/means.svg')
    """
    parts = name.split("/")
    return name if len(parts) <= slashes else "/".join(parts[:slashes]) + "/"


def data_sets(prefix: str, **_: object) -> list[str]:
    """Data sets and weights that begin with `prefix`."""
    from tpdl.plan.data_sets import data_sets as all_of_them
    from tpdl.plan.plan import read_plan
    from tpdl.plan.project import Project

    known = all_of_them(read_plan(Project.find(Path.cwd())))
    return [data_set.name for data_set in known if data_set.name.startswith(prefix)]
