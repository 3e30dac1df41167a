"""One value before and after, and the values of JSON results and arrays, leaf by leaf.

>>> [change] = compare_json(b'{"best": {"accuracy": 0.90}}', b'{"best": {"accuracy": 0.92}}')
>>> change.what, change.difference, change.shown()
('best.accuracy', '+0.02 (+2.2 %)', ('0.9', '0.92'))
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

Interval = tuple[float, float]
DIGITS = (4, 6, 9, 12, 17)
"""Significant digits that are tried: as few are shown as tell the two values apart."""


@dataclass(frozen=True)
class Change:
    """A value that is not what it was; None where there was none, or is none any more."""

    where: str
    """The row, as `vgg16, relu3`, see `StepDifference.keys`; empty where the result is no table."""
    what: str
    """The column, or the value's place in the result: `best.accuracy`."""
    old: Any
    new: Any
    old_interval: Interval | None = None
    new_interval: Interval | None = None

    @property
    def difference(self) -> str:
        """`+0.012 (+1.3 %)`; empty where there is nothing to subtract."""
        old, new = self.old, self.new
        if not (_is_number(old) and _is_number(new)) or old == new:
            return ""
        amount = f"{new - old:+.3g}" if isinstance(new - old, float) else f"{new - old:+d}"
        return amount + (f" ({(new - old) / abs(old) * 100:+.2g} %)" if old else "")

    @property
    def apart(self) -> bool:
        """Both values have an interval, and the two have no point in common."""
        if not (self.old_interval and self.new_interval):
            return False
        return self.new_interval[0] > self.old_interval[1] or self.new_interval[1] < self.old_interval[0]

    def shown(self) -> tuple[str, str]:
        """Both values as text, each with its interval."""
        for digits in DIGITS:
            pair = _shown(self.old, self.old_interval, digits), _shown(self.new, self.new_interval, digits)
            if pair[0] != pair[1]:
                break
        return pair


def _shown(value: Any, interval: Interval | None, digits: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        text = f"{value:.{digits}g}"
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{text} [{interval[0]:.{digits}g}, {interval[1]:.{digits}g}]" if interval else text


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def interval_names(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Value -> the names of the ends of its interval.

    `accuracy_low` and `accuracy_high` belong to `accuracy`; plain `low` and `high` to what stands right before `low`.
    """
    ends = {name: (f"{name}_low", f"{name}_high") for name in names if {f"{name}_low", f"{name}_high"} <= set(names)}
    if "high" in names and "low" in names[1:]:
        ends.setdefault(names[names.index("low") - 1], ("low", "high"))
    return ends


def interval_of(row: Mapping[str, Any], ends: tuple[str, str] | None) -> Interval | None:
    """The interval of a value, if both of its ends are numbers."""
    if ends is None:
        return None
    low, high = row.get(ends[0]), row.get(ends[1])
    return (float(low), float(high)) if _is_number(low) and _is_number(high) else None


def compare_records(where: str, old: Mapping[str, Any], new: Mapping[str, Any], names: Sequence[str]) -> list[Change]:
    """The changes among the values `names` of two rows (or of two mappings of values).

    The ends of an interval are shown with the value that they belong to, and not once more by themselves.
    """
    ends = interval_names(names)
    shown_elsewhere = {end for pair in ends.values() for end in pair}
    changes = []
    for name in names:
        if name in shown_elsewhere:
            continue
        pair = ends.get(name)
        before, after = interval_of(old, pair), interval_of(new, pair)
        if not same(old.get(name), new.get(name)) or before != after:
            changes.append(Change(where, name, old.get(name), new.get(name), before, after))
    return changes


def same(old: Any, new: Any) -> bool:
    """Whether two values are equal: 1 and 1.0 are, 1 and true are not, and NaN equals NaN."""
    if isinstance(old, bool) != isinstance(new, bool):
        return False
    return bool(old == new) or (
        isinstance(old, float) and isinstance(new, float) and math.isnan(old) and math.isnan(new)
    )


def compare_json(old: bytes, new: bytes) -> list[Change]:
    """The changes between two JSON results."""
    return list(_changes("", json.loads(old), json.loads(new)))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested mappings, by its place in them.

    >>> dict(leaves({"best": {"accuracy": 0.9}, "seeds": [0, 1]}))
    {'best.accuracy': 0.9, 'seeds': [0, 1]}
    """
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _changes(path: str, old: Any, new: Any) -> Iterator[Change]:
    """The changes below a place in a result, with intervals shown beside the value that they belong to."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = list(dict.fromkeys([*old, *new]))
        plain = [name for name in names if not (_is_nested(old.get(name)) or _is_nested(new.get(name)))]
        for change in compare_records("", old, new, plain):
            yield replace(change, what=_joined(path, change.what))
        for name in names:
            if name not in plain:
                yield from _changes(_joined(path, name), old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _changes(f"{path}[{index}]", before, after)
    elif not same(old, new):
        yield Change("", path, old, new)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | list)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def compare_arrays(old: bytes, new: bytes) -> list[Change]:
    """The changes between two NPZ files: shape, or the largest difference of any element."""
    import numpy as np

    def described(file: Any, name: str) -> str | None:
        return f"{file[name].dtype} {'×'.join(map(str, file[name].shape))}" if name in file.files else None

    changes = []
    with np.load(io.BytesIO(old), allow_pickle=False) as before, np.load(io.BytesIO(new), allow_pickle=False) as after:
        for name in dict.fromkeys([*before.files, *after.files]):
            old_kind, new_kind = described(before, name), described(after, name)
            if old_kind != new_kind:
                changes.append(Change("", name, old_kind, new_kind))
            elif not np.array_equal(before[name], after[name], equal_nan=before[name].dtype.kind in "fc"):
                numeric = before[name].dtype.kind in "iufc"
                most = f", at most {np.nanmax(np.abs(after[name] - before[name])):.3g} apart" if numeric else ""
                count = int((before[name] != after[name]).sum())
                changes.append(Change("", name, old_kind, f"{count} of {before[name].size} elements differ{most}"))
    return changes
