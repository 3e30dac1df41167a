"""The record beside a product: what decided its content, the content's hash, and, apart from that, what merely happened."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tpdl.files import write_json
from tpdl.plan.step import Fingerprint

FORMAT = 1
RECORD_SUFFIX = ".record.json"
"""Of record files: that of `layer-cut.csv` is `layer-cut.csv.record.json`."""
DECISIVE = ("tpdl", "step", "function", "profile", "parameters", "symbols", "inputs", "data", "products", "moved")


@dataclass
class Record:
    """One record file. `happened` (when, how long, where) decides nothing."""

    step: str
    function: str
    profile: str
    fingerprint: Fingerprint
    products: dict[str, str]
    """File name -> SHA-256."""
    moved: list[str] = field(default_factory=list)
    """Symbols whose source changed while the step ran: the product is known to be out of date."""
    accepted: dict[str, Any] | None = None
    happened: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values, deciding part first."""
        value: dict[str, Any] = {"tpdl": FORMAT, "step": self.step, "function": self.function, "profile": self.profile}
        value |= {
            "parameters": self.fingerprint.parameters,
            "symbols": self.fingerprint.symbols,
            "inputs": self.fingerprint.inputs,
            "data": self.fingerprint.data,
            "products": self.products,
        }
        if self.moved:
            value["moved"] = self.moved
        if self.accepted:
            value["accepted"] = self.accepted
        return value | {"happened": self.happened}


def read_record(path: Path) -> Record | str | None:
    """The record at `path`; None where there is none; a sentence where it cannot be used."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return f"record {path.name} is unreadable ({type(error).__name__})"
    try:
        if value["tpdl"] != FORMAT:
            return f"record {path.name} has format {value['tpdl']}, this tpdl writes {FORMAT}"
        fingerprint = Fingerprint(*(_mapping(value[key]) for key in ("parameters", "symbols", "inputs", "data")))
        return Record(
            value["step"],
            value["function"],
            value["profile"],
            fingerprint,
            _mapping(value["products"]),
            list(value.get("moved", [])),
            value.get("accepted"),
            _mapping(value.get("happened", {})),
        )
    except (KeyError, TypeError) as error:
        return f"record {path.name} is incomplete ({error})"


def write_record(path: Path, record: Record) -> bool:
    """Write `record`, unless the one there says the same but for what happened: git stays clean after an identical rerun.

    Returns:
        whether the file was written.
    """
    new, old = record.to_json(), read_record(path)
    if isinstance(old, Record):
        before = old.to_json()
        if all(before.get(key) == new.get(key) for key in DECISIVE) and not old.accepted:
            return False
    write_json(path, new)
    return True


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a mapping was expected")
    return value
