"""The steps that a tree holds results of, as their records tell."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tpdl.compare.trees import Tree
from tpdl.plan.record import RECORD_SUFFIX
from tpdl.plan.step import Fingerprint


@dataclass
class StepVersion:
    """One step in one version."""

    name: str
    fingerprint: Fingerprint
    hashes: dict[str, str]
    """File name -> SHA-256, as recorded."""
    folder: str
    tree: Tree
    paths: set[str]
    """Every file of the tree."""

    def content(self, name: str) -> bytes | None:
        """The bytes of a product; None for a large one that is kept out of `figures/`."""
        path = posixpath.join(self.folder, name)
        return self.tree.read(path) if path in self.paths else None


@dataclass
class Version:
    """All steps of a tree."""

    steps: dict[str, StepVersion] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def read_version(tree: Tree) -> Version:
    """Read every record. One that cannot be read is named, and the rest goes on."""
    version = Version()
    paths = set(tree.paths())
    for path, record in _records(tree, version):
        try:
            deciding = Fingerprint(*(dict(record[key]) for key in ("parameters", "symbols", "inputs", "data")))
            name, products = str(record["step"]), dict(record["products"])
        except (KeyError, TypeError, ValueError):
            version.unreadable.append(path)
            continue
        version.steps[name] = StepVersion(name, deciding, products, posixpath.dirname(path), tree, paths)
    return version


def _records(tree: Tree, version: Version) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in tree.paths():
        if path.endswith(RECORD_SUFFIX):
            try:
                yield path, json.loads(tree.read(path))
            except ValueError:
                version.unreadable.append(path)
