"""Results in files and back: a table is CSV, values are JSON, arrays are NPZ.

Example:
    check(step, result)            # refuses what is not what the step declares
    save(step, result)
    load(step.product)             # a DataFrame, a dictionary, or arrays that are read when they are asked for
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tpdl.errors import StepError
from tpdl.files import atomic_path, read_json, write_json
from tpdl.plan.step import Step
from tpdl.tables import read_table, write_table


def load(path: Path) -> Any:
    """The result stored at `path`: a DataFrame, a mapping, or arrays that are read one by one when they are asked for.

    Raises:
        StepError: there is none, or it cannot be read.
    """
    import numpy as np

    if not path.exists():
        raise StepError(f"{path} is not here; run the step that makes it")
    if not path.is_file():  # nobody may ever write to a pipe
        raise StepError(f"{path} is no file; remove it and run the step that makes it")
    try:
        if path.suffix == ".csv":
            return read_table(path)
        if path.suffix == ".json":
            return read_json(path)
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise StepError(f"{path} cannot be read ({error}); run its step again") from error


def check(step: Step, result: Any) -> None:
    """Refuse a result that is not what the step's declaration says, before anything is written.

    Raises:
        StepError: another type than declared; NaN or infinity outside `may_be_missing`; a table without rows.
    """
    import pandas as pd

    where = f"{step.source}:{step.line}: {step.name}"
    if step.product.suffix == ".csv":
        expect(isinstance(result, pd.DataFrame), where, "a pandas DataFrame", result)
        if result.empty:
            raise StepError(f"{where} returned a table without rows")
        for column in result.columns:
            if not isinstance(column, str):
                raise StepError(f"{where} returned column name {column!r}, which is no text")
            bad = _bad_rows(result[column])
            if bad and column not in step.may_be_missing:
                raise StepError(
                    f"{where} returned NaN or infinity in column {column!r}, row {bad[0]}; "
                    "correct the measurement, or name the column in may_be_missing"
                )
    elif step.product.suffix == ".npz":
        import numpy as np

        expect(isinstance(result, Mapping), where, "a mapping of numpy arrays", result)
        for key, value in result.items():
            expect(
                isinstance(value, np.ndarray) and value.dtype != object, where, f"a numeric array for {key!r}", value
            )
            if value.dtype.kind in "fc" and not np.isfinite(value).all() and key not in step.may_be_missing:
                raise StepError(f"{where} returned NaN or infinity in array {key!r}")
    else:
        expect(isinstance(result, Mapping), where, "a mapping of JSON values", result)
        for location, value in _leaves(result, ""):
            if isinstance(value, float) and not math.isfinite(value):
                raise StepError(f"{where} returned {value} for {location!r}; leave the value out where there is none")
            if not isinstance(value, str | int | float | bool | None):
                raise StepError(f"{where} returned {type(value).__name__} for {location!r}, which is no JSON value")


def save(step: Step, result: Any) -> None:
    """Write the main product whole, or leave what was there."""
    if step.product.suffix == ".csv":
        write_table(step.product, result)
    elif step.product.suffix == ".npz":
        import numpy as np

        with atomic_path(step.product) as temporary, temporary.open("wb") as file:
            np.savez(file, **result)
    else:
        write_json(step.product, plain(result))


def plain(value: Any) -> Any:
    """`value` with numpy scalars replaced by Python's, and keys by text, so that JSON can hold it.

    >>> import numpy as np
    >>> plain({"best": np.float64(0.5), 3: (np.int64(1),)})
    {'best': 0.5, '3': [1]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


def collect(step: Step, cells: Mapping[str, tuple[dict[str, Any], Path]]) -> Any:
    """One table of all measured cells: the parameters that tell them apart first, then what each cell returned.

    Args:
        step: whose table it is.
        cells: label -> (the cell's own parameters, its product); cells that were not measured are left out.
    """
    import pandas as pd

    parts = []
    for parameters, path in cells.values():
        result = load(path)
        part = result if isinstance(result, pd.DataFrame) else pd.DataFrame([result])
        for position, (name, value) in enumerate(parameters.items()):
            if name not in part.columns:
                part.insert(position, name, [value] * len(part))
        parts.append(part)
    if not parts:
        raise StepError(f"{step.name}: none of its cells has been measured")
    return pd.concat(parts, ignore_index=True)


def expect(holds: bool, where: str, expected: str, found: Any) -> None:
    """Raise a StepError that says what a step must return, unless `holds`."""
    if not holds:
        raise StepError(f"{where} must return {expected}; it returned {type(found).__name__}")


def _bad_rows(column: Any) -> list[int]:
    """The positions of NaN and infinity in a column."""
    import numpy as np
    import pandas as pd

    bad = pd.isna(column)
    if pd.api.types.is_float_dtype(column):
        bad = bad | np.isinf(column)
    return [int(row) for row in np.flatnonzero(bad)]


def _leaves(value: Any, location: str) -> Iterator[tuple[str, Any]]:
    """Every value inside a nested one, with its place: `best.accuracy`, `sizes[0]`."""
    value = plain(value)
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{location}.{key}" if location else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{location}[{index}]")
    else:
        yield location, value
