"""How each tool is asked, in the way that its documentation teaches."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
Commands = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Tool:
    """One tool: what makes everything up to date, and what it has for a clone, after a crash, and for a rename.

    `parameters` is the file that has the rates, `ignored` what its users do not commit.
    """

    name: str
    run: Commands
    parameters: str
    products: tuple[str, ...] = ("out/*.csv", "out/*.png")
    ignored: tuple[str, ...] = ()
    start: Commands = ()
    before_push: Commands = ()
    after_clone: Commands = ()
    after_kill: Commands = ()
    renamed: Commands = ()

    @property
    def sources(self) -> Path:
        """The folder of its project, without what all projects share."""
        return HERE / "projects" / self.name


def environment(peers: Path) -> dict[str, str]:
    """The variables of a shell in which every tool is found, and a project can import its own `lib`."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = [".", *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | {
        "PATH": f"{peers / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(paths),
        "DVC_NO_ANALYTICS": "1",
    }


def tools(store: Path) -> list[Tool]:
    """All five. `store` is an empty folder, where DVC keeps the results of what is cloned."""
    tpdl = [sys.executable, "-m", "tpdl"]
    snakemake = ["snakemake", "--cores", "1", "--quiet"]
    return [
        Tool(
            "tpdl",
            run=[[*tpdl, "run", "-j", "1"]],
            parameters="experiments/toy/growth.py",
            products=("figures/**/*.csv", "figures/**/*.svg"),
            ignored=(".tpdl/",),
            renamed=[[*tpdl, "mv", "lib.curves:growth", "lib.curves:grow"]],
        ),
        Tool(
            "pytask",
            run=[["pytask", "build"]],
            parameters="config.py",
            ignored=(".pytask/",),
            renamed=[["pytask", "lock", "accept", "--yes"]],
        ),
        Tool(
            "dvc",
            run=[["dvc", "repro"]],
            parameters="params.yaml",
            start=[
                ["git", "init", "-q"],
                ["dvc", "init", "-q"],
                ["dvc", "remote", "add", "-q", "-d", "store", f"{store}"],
            ],
            before_push=[["dvc", "push", "-q"]],
            after_clone=[["dvc", "pull", "-q"]],
            renamed=[["dvc", "commit", "-q", "-f"]],
        ),
        Tool(
            "snakemake",
            run=[snakemake],
            parameters="config.yaml",
            ignored=(".snakemake/",),
            after_kill=[["snakemake", "--unlock"], [*snakemake, "--rerun-incomplete"]],
            renamed=[[*snakemake, "--touch"]],
        ),
        Tool(
            "doit",
            run=[["doit"]],
            parameters="config.py",
            ignored=(".doit.db*",),
            renamed=[["doit", "reset-dep"]],
        ),
    ]
