"""Results in files and back: a table is CSV, values are JSON, arrays are NPZ, images PNG and JPEG with an index.

Example:
    check(step, result)            # refuses what is not what the step declares
    columns = save(step, result)
    load(step.product, columns)    # a DataFrame, a dictionary, or what is read when it is asked for: arrays, images
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from tpdl.errors import StepError
from tpdl.files import atomic_path, atomic_write, read_json
from tpdl.images import SUFFIX as IMAGES
from tpdl.images import problem_with, read_images, remove_others, write_images
from tpdl.plan.step import Step
from tpdl.tables import Columns, read_table, write_table
from tpdl.videos import SUFFIX as VIDEO

LARGE = 1_000_000
"""Bytes. A result that is larger is one to think about before it is committed, as a repository keeps it for ever."""


class Unfit(StepError):
    """A result is not what its step declares, or no file can hold it."""


class NotFinite(Unfit):
    """A result holds NaN or infinity where the step does not say that it may."""


def load(path: Path, columns: Columns | None = None) -> Any:
    """The result stored at `path`: a DataFrame, a mapping, or arrays or images, each read when it is asked for.

    Args:
        path: the product.
        columns: of a table, what its record says of them; see `tpdl.tables.Columns`.

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
            return read_table(path, columns)
        if path.suffix == IMAGES:
            return read_images(path)
        if path.suffix == ".json":
            return read_json(path)
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, KeyError, TypeError, AttributeError) as error:
        raise StepError(f"{path} cannot be read ({error}); run its step again") from error


def check(step: Step, result: Any, keep_nan: bool = False) -> None:
    """Refuse a result that is not what the step's declaration says, before anything is written.

    Args:
        step: whose result it is.
        result: what its function has returned.
        keep_nan: NaN and infinity are results, wherever they are.

    Raises:
        Unfit: another type than declared; NaN or infinity outside `may_be_missing`; a table without rows.
    """
    where = f"{step.source}:{step.line}: {step.name}"
    if len(step.products) > 1:
        expect(isinstance(result, tuple), where, f"a tuple of {len(step.products)} results", result)
        if len(result) != len(step.products):
            raise Unfit(f"{where} must return {len(step.products)} results; it returned {len(result)}")
    for path, part in zip(step.products, parts(step, result), strict=True):
        _check_part(step, path.suffix, part, where, keep_nan)


def parts(step: Step, result: Any) -> tuple[Any, ...]:
    """The results of a step, one for each of its products."""
    return tuple(result) if len(step.products) > 1 else (result,)


def _check_part(step: Step, suffix: str, result: Any, where: str, keep_nan: bool) -> None:
    """The same for one product, whose kind the suffix tells."""
    import pandas as pd

    if suffix == ".csv":
        expect(isinstance(result, pd.DataFrame), where, "a pandas DataFrame", result)
        if result.empty:
            raise Unfit(f"{where} returned a table without rows")
        _check_labels(result, where)
        if step.kind != "table":  # of which `collect` knows more
            none_is_a_value = {name for name, value in step.parameters.items() if value is None}
            _refuse_nan(step, result, none_is_a_value, result.columns if keep_nan else step.may_be_missing)
    elif suffix == IMAGES:
        if problem := problem_with(result):
            raise Unfit(f"{where} returned images that are not kept: {problem}")
    elif suffix == ".npz":
        import numpy as np

        expect(isinstance(result, Mapping), where, "a mapping of numpy arrays", result)
        for key, value in result.items():
            expect(
                isinstance(value, np.ndarray) and value.dtype != object, where, f"a numeric array for {key!r}", value
            )
            allowed = keep_nan or key in step.may_be_missing
            if not allowed and value.dtype.kind in "fc" and not np.isfinite(value).all():
                raise NotFinite(
                    f"{where} returned NaN or infinity in array {key!r}; "
                    "correct the measurement, or name the array in may_be_missing"
                )
    else:
        expect(isinstance(result, Mapping), where, "a mapping of JSON values", result)
        for location, value in _leaves(result, ""):
            allowed = keep_nan or re.split(r"[.\[]", location)[0] in step.may_be_missing
            if not allowed and isinstance(value, float) and not math.isfinite(value):
                raise NotFinite(
                    f"{where} returned {value} for {location!r}; "
                    "leave the value out where there is none, or name the key in may_be_missing"
                )
            if not isinstance(value, str | int | float | bool | None):
                raise Unfit(f"{where} returned {type(value).__name__} for {location!r}, which is no JSON value")


def save(step: Step, result: Any) -> dict[str, Any]:
    """Write the products whole, or leave what was there; of several all or none.

    Returns:
        of a table, what its record has to say of the columns; see `tpdl.tables.Columns`.

    Raises:
        Unfit: a column holds what no CSV file can bring back.
        StepError: the disk is full, or cannot be written to.
    """
    columns: dict[str, Any] = {}
    if len(step.products) == 1:
        columns = _save_part(step, step.product, step.product, result)
    else:
        with contextlib.ExitStack() as stack:
            for path, part in zip(step.products, parts(step, result), strict=True):
                columns |= _save_part(step, path, stack.enter_context(atomic_path(path)), part)
    for path in step.products:
        if path.suffix == IMAGES:
            remove_others(path)
    return columns


def _save_part(step: Step, product: Path, path: Path, part: Any) -> dict[str, Any]:
    """Write one product to `path`, which may be a temporary name of it."""
    if path.suffix == ".csv":
        try:
            return write_table(path, part)
        except ValueError as error:
            raise Unfit(f"{step.source}:{step.line}: {step.name} returned a table that is not kept: {error}") from None
    if path.suffix == ".npz":
        write_arrays(path, part, compressed=not step.local)
    elif path.suffix == IMAGES:
        write_images(path, part, product.with_suffix(""))
    else:
        write_values(path, part)
    return {}


def write_whole_table(path: Path, result: Any) -> dict[str, Any]:
    """Write anything that is a table, whatever a step declares.

    Returns:
        what is to be known of the columns.

    Raises:
        Unfit: it is none, or would not come back as it is.
    """
    import pandas as pd

    expect(isinstance(result, pd.DataFrame), "this", "a pandas DataFrame", result)
    _check_labels(result, "this")
    try:
        return write_table(path, result)
    except ValueError as error:
        raise Unfit(str(error)) from None


def write_values(path: Path, result: Any) -> None:
    """Write JSON values. NaN and infinity, where they are let through, are written as Python's `json` reads them.

    Raises:
        Unfit: some are none.
    """
    try:
        text = json.dumps(plain(result), indent=1, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Unfit(f"no JSON value: {error}") from None
    atomic_write(path, text + "\n")


def large(step: Step) -> dict[str, int]:
    """The products of an experiment that are large, unless they are kept as local ones: path -> size in bytes.

    So are videos, which no later version of them makes smaller.
    """
    kept = [path for path in step.products if step.kind == "experiment" or path.suffix == VIDEO]
    sizes = {path: path.stat().st_size for path in kept if not step.local}
    return {os.fspath(path): size for path, size in sizes.items() if size > LARGE}


def write_arrays(path: Path, arrays: Any, compressed: bool = False) -> None:
    """Write an NPZ file: same arrays, same bytes, as numpy notes no time in it.

    What is committed is compressed. Large intermediates are not: they are written and read again at the speed of the
    disk, and measured features hardly shrink.

    Raises:
        Unfit: it is no mapping of arrays.
    """
    import numpy as np

    expect(isinstance(arrays, Mapping), "this", "a mapping of numpy arrays", arrays)
    for value in arrays.values():
        expect(isinstance(value, np.ndarray) and value.dtype != object, "this", "numeric arrays", value)
    write = np.savez_compressed if compressed else np.savez
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        write(file, **arrays)


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


def collect(step: Step, cells: Mapping[str, tuple[dict[str, Any], Any]], keep_nan: bool = False) -> Any:
    """One table of all measured cells: the parameters that tell them apart first, then what each cell returned.

    Args:
        step: whose table it is.
        cells: label -> (the cell's own parameters, its result); cells that were not measured are left out.
        keep_nan: NaN and infinity are results, wherever they are.
    """
    import pandas as pd

    parts = []
    known: set[str] = set()
    """Columns in which a cell itself has NaN, which was let through when the cell was measured."""
    for parameters, result in cells.values():
        is_table = isinstance(result, pd.DataFrame)
        part = result if is_table else pd.DataFrame([result])
        known |= {name for name in part.columns if _bad_rows(part[name], none_is_a_value=not is_table)}
        for position, (name, value) in enumerate(parameters.items()):
            if name not in part.columns:
                part.insert(position, name, [value] * len(part))
        parts.append(part)
    if not parts:
        raise StepError(f"{step.name}: none of its cells has been measured")
    table = pd.concat(parts, ignore_index=True)
    none_is_a_value = {name for parameters, _ in cells.values() for name, value in parameters.items() if value is None}
    for name in none_is_a_value:
        # pandas would take None for a missing number.
        table[name] = pd.Series([value for part in parts for value in part[name]], dtype=object)
    _refuse_nan(step, table, none_is_a_value, table.columns if keep_nan else {*known, *step.may_be_missing})
    return table


def _refuse_nan(step: Step, table: Any, none_is_a_value: Collection[str], allowed: Collection[str]) -> None:
    for column in table.columns:
        bad = _bad_rows(table[column], none_is_a_value=column in none_is_a_value)
        if bad and column not in allowed:
            raise NotFinite(
                f"{step.source}:{step.line}: {step.name} returned NaN or infinity in column {column!r}, row {bad[0]}; "
                "correct the measurement, or name the column in may_be_missing"
            )


def expect(holds: bool, where: str, expected: str, found: Any) -> None:
    """Raise an `Unfit` that says what a step must return, unless `holds`."""
    if not holds:
        raise Unfit(f"{where} must return {expected}; it returned {type(found).__name__}")


def _check_labels(table: Any, where: str) -> None:
    """Refuse what a CSV file would drop without a word: an index, and names of columns that it does not bring back."""
    import pandas as pd

    index = table.index
    if index.nlevels > 1 or index.name is not None or not pd.RangeIndex(len(table)).equals(index):
        numbers = index.nlevels == 1 and index.name is None and index.dtype.kind in "iu"
        drop = "(drop=True)" if numbers else "()"
        raise Unfit(
            f"{where} returned a table with an index of its own, which a CSV file does not keep; use reset_index{drop}"
        )
    for column in table.columns:
        if not isinstance(column, str):
            raise Unfit(f"{where} returned column name {column!r}, which is no text")
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()][0]
        raise Unfit(f"{where} returned two columns named {twice!r}; rename one")


def _bad_rows(column: Any, none_is_a_value: bool) -> list[int]:
    """The positions of NaN and infinity in a column."""
    import numpy as np
    import pandas as pd

    bad = pd.isna(column)
    if none_is_a_value:
        bad = bad & np.array([value is not None for value in column], dtype=bool)
    if pd.api.types.is_float_dtype(column):
        bad = bad | np.isinf(column.to_numpy(dtype=float, na_value=math.nan))
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
