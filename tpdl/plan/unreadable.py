"""Steps whose declaration cannot be read, because a file has a syntax error or the declaration itself is wrong.

Their results are there all the same. So such a step is taken from its record: it is stale, with the mistake as the
reason, the report shows what was measured, and every other step goes on.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tpdl.fingerprint import Declaration
from tpdl.plan.names import base_name
from tpdl.plan.places import Places
from tpdl.plan.record import RECORD_SUFFIX, Record, read_record
from tpdl.plan.step import FIGURE_FORMATS, Kind, Step


def syntax_error(root: Path, module: str) -> str:
    """`lib/nets.py:3: invalid syntax` for a module that cannot be parsed; empty for any other.

    Args:
        root: of the project.
        module: its dotted name.
    """
    path = root.joinpath(*module.split("."))
    file = path / "__init__.py" if (path / "__init__.py").is_file() else path.with_name(f"{path.name}.py")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(file.read_bytes())
    except OSError:
        return ""
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return f"{file.relative_to(root).as_posix()}:{line}: {getattr(error, 'msg', None) or error}"
    return ""


def recorded_steps(broken: Iterable[Declaration], known: Mapping[str, Step], places: Places) -> Iterator[Step]:
    """The steps that records tell of and that a broken declaration, or file, would declare.

    Args:
        broken: declarations with a problem.
        known: the steps that can be read.
        places: where the profile's files lie.
    """
    by_function = {f"{each.module}:{each.qualname}": each for each in broken if each.kind != "misplaced"}
    paths = {step.record_path for step in known.values()}
    records = {path: record for path in _record_files(places.figures) if path not in paths and (record := _read(path))}
    bases = {base_name(each.module, each.qualname): each for each in by_function.values() if each.qualname}
    for record in records.values():
        module, _, name = record.function.partition(":")
        if each := by_function.get(record.function) or by_function.get(f"{module}:"):
            bases.setdefault(base_name(module, name), each)
    for path, record in records.items():
        module = record.function.partition(":")[0]
        each = by_function.get(record.function) or by_function.get(f"{module}:")
        each = each if record.function else bases.get(record.step)
        if each and record.step not in known:
            yield _step(record, path, each, sorted(bases, key=len, reverse=True), places)


def _step(record: Record, path: Path, declared: Declaration, bases: Iterable[str], places: Places) -> Step:
    """The step that a record tells of; what it needs is left open."""
    name = record.step
    drawn_from = [*record.fingerprint.inputs, name]
    within = (base for up in drawn_from for base in bases if up == base or up.startswith(f"{base}/"))
    kind = _kind(record)
    base = name.removesuffix(".values") if kind == "summary" else next(within, name)
    if kind == "figure" and not record.fingerprint.inputs:
        base = name.rpartition(".")[0]
    local = places.local / path.relative_to(places.figures).parent
    is_local = not any((path.parent / file).exists() for file in record.products) and local.is_dir()
    return Step(
        name=name,
        kind=kind,
        base=base,
        function=record.function,
        parameters=record.fingerprint.parameters,
        inputs={},
        data=tuple(record.fingerprint.data),
        products=tuple((local if is_local else path.parent) / os.path.basename(file) for file in record.products),
        record_path=path,
        source=declared.path,
        line=declared.line,
        local=is_local,
        problem=declared.problem,
    )


def _kind(record: Record) -> Kind:
    if not record.function:
        return "table"
    if record.step.endswith(".values"):
        return "summary"
    return "figure" if record.step.rpartition(".")[2] in FIGURE_FORMATS.values() else "experiment"


def _read(path: Path) -> Record | None:
    record = read_record(path)
    return record if isinstance(record, Record) and record.products else None


def _record_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob(f"*{RECORD_SUFFIX}"))
