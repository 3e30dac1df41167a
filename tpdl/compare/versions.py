"""The steps that a tree of files holds results of, as their records tell.

Example:
    read_version(InCommit(root, "HEAD~1")).steps["transfer/layer-cut"].content("layer-cut.csv")     # its bytes
"""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass, field
from typing import Any

from tpdl.compare.trees import Tree
from tpdl.plan.record import RECORD_SUFFIX, Record
from tpdl.plan.step import Fingerprint


@dataclass
class StepVersion:
    """One step in one version."""

    name: str
    fingerprint: Fingerprint
    hashes: dict[str, str]
    """File name -> SHA-256, as recorded."""
    columns: dict[str, Any]
    """What the columns of a table hold, as recorded; see `tpdl.tables.Columns`."""
    folder: str
    """The folder of its products in the tree."""
    tree: Tree
    paths: set[str]
    """Every file of the tree."""
    function: str = ""
    """"module:qualname"; empty for a collected table."""
    happened: dict[str, Any] = field(default_factory=dict)
    """When it was made, how long that took, and the like."""

    def content(self, name: str) -> bytes | None:
        """The bytes of a product; None for a large one that is kept out of `figures/`."""
        path = posixpath.join(self.folder, name)
        return self.tree.read(path) if path in self.paths else None


@dataclass
class Version:
    """All steps of a tree."""

    steps: dict[str, StepVersion] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    """Records that cannot be read."""


def read_version(tree: Tree) -> Version:
    """Read every record. One that cannot be read is named, and the rest goes on."""
    version = Version()
    paths = set(tree.paths())
    for path in sorted(path for path in paths if path.endswith(RECORD_SUFFIX)):
        try:
            record = Record.from_json(json.loads(tree.read(path)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            version.unreadable.append(path)
            continue
        version.steps[record.step] = StepVersion(
            name=record.step,
            fingerprint=record.fingerprint,
            hashes=record.products,
            columns=record.columns,
            folder=posixpath.dirname(path),
            tree=tree,
            paths=paths,
            function=record.function,
            happened=record.happened,
        )
    return version
