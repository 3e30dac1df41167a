"""A step: one function call whose result is kept, with everything the engine needs to know about it before it runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tpdl.files import sha256_bytes

Kind = Literal["experiment", "table", "figure", "summary"]


@dataclass(frozen=True)
class Input:
    """What is passed as one argument: the result of one step, or the results of several cells by their label."""

    steps: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    """Given where a mapping label -> result is passed; None where it is the single step's result."""


@dataclass(frozen=True)
class Step:
    """One node of the graph. The paths are absolute; the first product is the main one."""

    name: str
    kind: Kind
    base: str
    """The experiment it belongs to: the name without cell, suffix and file type."""
    function: str
    """"module:qualname"; empty for a collected table, which the engine makes itself."""
    parameters: dict[str, Any]
    inputs: dict[str, Input]
    data: tuple[str, ...]
    products: tuple[Path, ...]
    record_path: Path
    source: str
    """Path of the module relative to the project's root."""
    line: int
    uses: tuple[str, ...] = ()
    caption: str = ""
    alt: str = ""
    optional: bool = False
    local: bool = False
    may_be_missing: tuple[str, ...] = ()
    cell: dict[str, Any] = field(default_factory=dict)
    """The parameters that tell the cells of one experiment apart."""

    @property
    def product(self) -> Path:
        """The main product."""
        return self.products[0]

    @property
    def upstream(self) -> list[str]:
        """The names of the steps whose results this one needs."""
        return [name for given in self.inputs.values() for name in given.steps]


@dataclass(frozen=True)
class Fingerprint:
    """What decides whether a result is still the result: code, parameters, inputs and data, by content."""

    parameters: dict[str, Any]
    symbols: dict[str, str]
    inputs: dict[str, dict[str, str]]
    """step -> file name -> SHA-256."""
    data: dict[str, str]

    def digest(self) -> str:
        """16 hexadecimal digits that stand for all of it."""
        return sha256_bytes(json.dumps(vars(self), sort_keys=True).encode())[:16]
