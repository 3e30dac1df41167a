"""The record beside a product: what decided its content, the content's hash, and, apart from these, what happened.

Example:
    record = read_record(Path("figures/transfer/layer-cut.csv.record.json"))
    record.products                 # {"layer-cut.csv": "5f2c…"}
    record.fingerprint.symbols      # {"experiments.transfer.cuts:layer_cut": "07be…", …}
    record.happened["seconds"]      # 81.4
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tpdl.files import read_json, sha256_bytes, write_json
from tpdl.plan.step import Fingerprint, Observed

FORMAT = 1
"""The format of record files. A tpdl that finds another number says so, and takes the record for none."""
RECORD_SUFFIX = ".record.json"
"""What the name of a record ends in: that of `layer-cut.csv` is `layer-cut.csv.record.json`."""
COLUMNS = "columns"
"""In place of a file's name, where the content of a result is listed: what the columns of a table hold."""
DECISIVE = (
    *("tpdl", "rules", "step", "function", "profile"),
    *("parameters", "symbols", "inputs", "wiring", "data", "files", "observed", "together"),
    *("products", "columns", "moved"),
)
"""The keys of a record that decide whether its product is still what the step would make."""

HAPPENED: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("made", "machine", "device", "commit", "python"), (str,)),
    **dict.fromkeys(("seconds", "peak_memory_bytes", "device_peak_bytes"), (int, float)),
    **dict.fromkeys(("libraries", "together"), (dict,)),
}
"""What tpdl writes into `happened` -> its types."""


@dataclass
class Record:
    """What is written beside the products of one step."""

    step: str
    function: str
    """"module:qualname"; empty for a collected table."""
    profile: str
    fingerprint: Fingerprint
    """What decided the result, as it was then."""
    products: dict[str, str]
    """File name -> SHA-256."""
    columns: dict[str, Any] = field(default_factory=dict)
    """Of a table: the columns whose entries alone do not tell what they hold; see `tpdl.tables.Columns`."""
    moved: list[str] = field(default_factory=list)
    """Symbols whose source changed while the step ran: the product is known to be out of date."""
    accepted: dict[str, Any] | None = None
    """What a person has declared not to matter: `when`, `changes` and `because`; see `tpdl.plan.accept`."""
    carried: dict[str, Any] | None = None
    """That the record was made under older rules, was fresh by them, and was rewritten: `when` and `rules`."""
    happened: dict[str, Any] = field(default_factory=dict)
    """When the step ran, how long it took, on what, with which libraries. It decides nothing."""

    @property
    def content(self) -> dict[str, str]:
        """What the steps that are passed the result depend on: the hash of each file, and of what columns hold."""
        if not self.columns:
            return dict(self.products)
        return self.products | {COLUMNS: sha256_bytes(json.dumps(self.columns, sort_keys=True).encode())}

    @classmethod
    def from_json(cls, value: Any) -> Record:
        """The record that `to_json` gave.

        Raises:
            KeyError, TypeError: something is missing, or is not what it should be.
        """
        return cls(
            step=_text(value["step"]),
            function=_text(value["function"]),
            profile=_text(value["profile"]),
            fingerprint=Fingerprint(
                parameters=_mapping(value["parameters"]),
                symbols=_texts(value["symbols"]),
                inputs={name: _texts(files) for name, files in _mapping(value["inputs"]).items()},
                data=_texts(value["data"]),
                wiring=_mapping(value.get("wiring", {})),
                rules=_number(value.get("rules", 1)),
                files=_texts(value.get("files", {})),
                observed=_observed(value.get("observed", {})),
                together=_mapping(value.get("together", {})),
            ),
            products=_texts(value["products"]),
            columns=_mapping(value.get("columns", {})),
            moved=_list_of_texts(value.get("moved", [])),
            accepted=_mapping_or_none(value.get("accepted")),
            carried=_mapping_or_none(value.get("carried")),
            happened=_happened(value.get("happened", {})),
        )

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values, what decides first."""
        value: dict[str, Any] = {"tpdl": FORMAT, "rules": self.fingerprint.rules, "step": self.step}
        value |= {
            "function": self.function,
            "profile": self.profile,
            "parameters": self.fingerprint.parameters,
            "symbols": self.fingerprint.symbols,
            "inputs": self.fingerprint.inputs,
            "wiring": self.fingerprint.wiring,
            "data": self.fingerprint.data,
        }
        if self.fingerprint.together:
            value["together"] = self.fingerprint.together
        if self.fingerprint.files:
            value["files"] = self.fingerprint.files
        if self.fingerprint.observed:
            value["observed"] = self.fingerprint.observed
        value["products"] = self.products
        if self.columns:
            value["columns"] = self.columns
        if self.moved:
            value["moved"] = self.moved
        if self.accepted:
            value["accepted"] = self.accepted
        if self.carried:
            value["carried"] = self.carried
        return value | {"happened": self.happened}


def read_record(path: Path) -> Record | str | None:
    """The record at `path`; None where there is none; a sentence that says why where it cannot be used."""
    try:
        value = read_json(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return f"record {path.name} is unreadable ({getattr(error, 'strerror', None) or type(error).__name__})"
    try:
        if _mapping(value)["tpdl"] != FORMAT:
            return f"record {path.name} has format {value['tpdl']}, this tpdl writes {FORMAT}"
        return Record.from_json(value)
    except (KeyError, TypeError, AttributeError) as error:
        return f"record {path.name} is incomplete ({error})"


def write_record(path: Path, record: Record) -> bool:
    """Write `record`, unless the one there says the same apart from what happened.

    So git stays clean after a rerun with the same result.

    Returns:
        whether the file was written.
    """
    new, old = record.to_json(), read_record(path)
    if isinstance(old, Record):
        before = old.to_json()
        if all(before.get(key) == new.get(key) for key in DECISIVE) and not old.accepted:
            return False
    save_record(path, record)
    return True


def save_record(path: Path, record: Record) -> None:
    """Write `record`, whatever was there."""
    write_json(path, record.to_json())


def timestamp() -> str:
    """Now, in UTC, as records note it: `2026-05-04T10:11:12Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a mapping was expected")
    return value


def _mapping_or_none(value: Any) -> dict[str, Any] | None:
    return None if value is None else _mapping(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _observed(value: Any) -> Observed:
    observed = _mapping(value)
    if not all("\0" not in key and isinstance(each, str | None) for key, each in observed.items()):
        raise TypeError("paths with their hashes were expected")
    return observed


def _texts(value: Any) -> dict[str, str]:
    """A mapping from texts to texts. Every name in JSON is a text; there are tens of thousands in the records."""
    if not {*map(type, _mapping(value).values())} <= {str}:
        raise TypeError("a mapping of texts was expected")
    return _mapping(value)


def _list_of_texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not {*map(type, value)} <= {str}:
        raise TypeError("a list of texts was expected")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError("a number was expected")
    return value


def _happened(value: Any) -> dict[str, Any]:
    """What pages and tables show of it is what it should be; the rest is the step's own."""
    for key, kinds in HAPPENED.items():
        if not isinstance(_mapping(value).get(key), (*kinds, type(None))):
            raise TypeError(f"{key} is {value[key]!r:.40}")
    _texts(value.get("libraries") or {})
    return _mapping(value)
