"""`tpdl mv`: a module, function or step that was renamed in the source keeps its results.

Nothing is taken on trust. The hashes that the sources would have under the old names (`tpdl.fingerprint.renames`) must
equal those in the record, symbol by symbol; a step of which that is not so is refused, and stays as it is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tpdl.errors import StepError, UserError
from tpdl.fingerprint.renames import Renames
from tpdl.images import SUFFIX as IMAGES
from tpdl.images import files_of
from tpdl.plan.facts import symbols
from tpdl.plan.names import base_name
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record, read_record, save_record
from tpdl.plan.status import differences
from tpdl.plan.step import RULES, Step
from tpdl.sheets import SUFFIX as SHEET


@dataclass
class Followed:
    """What a rename means for one step."""

    step: str
    was: str
    """Its name before."""
    refused: list[str] = field(default_factory=list)
    """Why its results cannot follow; empty where they can."""


@dataclass
class _Move:
    followed: Followed
    record: Record
    """As it is to be written."""
    old_record_path: Path
    record_path: Path
    files: dict[Path, Path]
    """Old path -> new path of each product that lies elsewhere now."""


def follow(plan: Plan, pairs: Sequence[tuple[str, str]], dry_run: bool = False) -> list[Followed]:
    """Let results follow renames that have been made in the source.

    Args:
        plan: of the sources as they are now, under the new names.
        pairs: (old, new): modules or packages "pkg.mod", symbols "pkg.mod:name", or steps "folder/name".
        dry_run: find out, and write nothing.

    Returns:
        one entry for each step that has results under an old name, or that uses something renamed.

    Raises:
        UserError: a new name is not in the project, or no result knows an old one; nothing is written.
        StepError: a file cannot be written; what was moved before it is complete.
    """
    moves = _moves(plan, _old_names(plan, pairs))
    if not dry_run:
        for move in moves:
            if not move.followed.refused:
                _carry_out(move)
    return [move.followed for move in moves]


def _old_names(plan: Plan, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """New -> old, with steps replaced by the functions that they are called after."""
    names: dict[str, str] = {}
    functions = {
        step.base: step.function for step in plan.steps.values() if step.kind == "experiment" or step.is_diagram
    }
    for old_name, new in pairs:
        old, name = old_name.strip("/"), new
        if _kind(old) != _kind(new):
            raise UserError(f"{old} is {_kind(old)}, and {new} is {_kind(new)}; a rename is from one to the same kind")
        if _kind(new) == "a step":
            if new not in functions:
                raise UserError(
                    f"there is no experiment {new!r}; rename it in the source first, then let its results follow"
                )
            name = functions[new]
            old = _function_of(plan, old, name)
        else:
            plan.sources.check_known(new)
            _check_unambiguous(plan, new)
        if names.setdefault(name, old) != old:
            raise UserError(f"{new} was either {names[name]} or {old}; give it one old name")
    return {name: old for name, old in names.items() if name != old}


def _kind(name: str) -> str:
    return "a step" if "/" in name else "a symbol" if ":" in name else "a module"


def _check_unambiguous(plan: Plan, name: str) -> None:
    """Refuse "pkg:name" where "pkg.name" is a module: written with dots, nobody could tell them apart."""
    if ":" in name:
        try:
            plan.sources.check_known(name.replace(":", "."))
        except UserError:
            return
        raise UserError(f"{name} has the name of the module {name.replace(':', '.')}, so it cannot be told who uses it")


def _function_of(plan: Plan, base: str, now: str) -> str:
    """The function that made the results which lie under the name of an experiment that is no longer declared."""
    folder = plan.places.figures / base
    found = [*folder.parent.glob(f"{folder.name}.*.record.json"), *folder.glob("*.record.json")]
    records = [record for path in sorted(found) if isinstance(record := read_record(path), Record)]
    functions = [
        record.function for record in records if record.function and base_name(*record.function.split(":")) == base
    ]
    if not functions:
        raise UserError(f"there are no results of an experiment {base!r}, so there is nothing that {now} could keep")
    return functions[0]


def _moves(plan: Plan, old_names: Mapping[str, str]) -> list[_Move]:
    renames = Renames(old_names)
    sources = plan.project.sources(plan.profile, renames)
    bases = {
        step.base: base_name(*renames.node(step.function).split(":"))
        for step in plan.steps.values()
        if step.kind == "experiment" or step.is_diagram
    }
    was = {name: bases[step.base] + name.removeprefix(step.base) for name, step in plan.steps.items()}
    now = {old: plan.steps[name] for name, old in was.items() if name == old or old not in plan.steps}
    moves = []
    seen: set[str] = set()
    """Every function and symbol that a record knows."""
    concerned: set[str] = set()
    """Every symbol of the steps that are refused."""
    for name, step in plan.steps.items():
        old_paths = {path: _old_path(plan, path, step, bases[step.base]) for path in (*step.products, step.record_path)}
        record = read_record(old_paths[step.record_path])
        if not isinstance(record, Record):
            continue
        seen |= {record.function, *record.fingerprint.symbols}
        now_symbols = symbols(plan, step)
        before = sources.closure(step.function, step.uses) if step.function else {}
        before |= {symbol: sha for symbol, sha in now_symbols.items() if symbol.startswith("theme:")}
        inputs = {
            now[up].name if up in now else up: _renamed_files(files, now.get(up), plan, bases)
            for up, files in record.fingerprint.inputs.items()
        }
        wiring = {argument: _renamed_steps(steps, now) for argument, steps in record.fingerprint.wiring.items()}
        knows = any(_any_of(old, record.fingerprint.symbols) for old in old_names.values())
        same = inputs == record.fingerprint.inputs and wiring == record.fingerprint.wiring
        if before == now_symbols and same and was[name] == name and not knows:
            continue  # nothing that was renamed has to do with it
        names = {old.name: new.name for new, old in old_paths.items()}
        new = replace(
            record,
            step=name,
            function=step.function,
            fingerprint=replace(record.fingerprint, symbols=now_symbols, inputs=inputs, wiring=wiring),
            products={names.get(file, file): sha for file, sha in record.products.items()},
        )
        if new.to_json() == record.to_json() and was[name] == name:
            continue  # it has followed already
        followed = Followed(name, was[name])
        old_function = renames.node(step.function) if step.function else ""
        if record.function != old_function:
            followed.refused.append(f"function {record.function} -> {old_function}")
        doubts = {symbol: why for symbol, why in renames.doubts.items() if before.get(symbol) == ""}
        followed.refused += [f"code {symbol} {why}" for symbol, why in doubts.items()]
        recorded = {symbol: record.fingerprint.symbols.get(symbol, "") for symbol in doubts}
        followed.refused += differences(
            record.fingerprint,
            replace(record.fingerprint, symbols=before | {s: sha for s, sha in recorded.items() if sha}, rules=RULES),
        )
        if step.product.suffix == SHEET and inputs != record.fingerprint.inputs:
            followed.refused.append("its images lie in a folder of another name; draw it again")
        if was[name] != name:
            followed.refused += _in_the_way(plan, step, was[name], old_paths)
        if followed.refused:
            concerned |= now_symbols.keys()
        files = {old: path for path, old in old_paths.items() if old != path and path != step.record_path}
        files = {**_images(files), **files}
        moves.append(_Move(followed, new, old_paths[step.record_path], step.record_path, files))
    for new_name, old_name in old_names.items():
        if not _any_of(old_name, seen) and _any_of(new_name, concerned):
            raise UserError(f"no result was made with {old_name}, so there is nothing that {new_name} could keep")
    return moves


def _images(files: Mapping[Path, Path]) -> dict[Path, Path]:
    """Old path -> new path of the images that indices among the files name."""
    moved: dict[Path, Path] = {}
    for old, new in files.items():
        with contextlib.suppress(StepError):
            if old.suffix == IMAGES:
                moved |= {path: new.with_suffix("") / path.name for path in files_of(old)}
    return moved


def _any_of(name: str, nodes: Iterable[str]) -> bool:
    """Whether any of "module:symbol" is the module or symbol of that name, or in it."""
    return any(node == name or node.startswith((f"{name}.", f"{name}:")) for node in nodes)


def _in_the_way(plan: Plan, step: Step, was: str, old_paths: Mapping[Path, Path]) -> Iterator[str]:
    """Why results cannot be taken from their old name, or put under the new one."""
    if was in plan.steps:
        yield f"{was} is a step still, and its results are its own"
    if step.record_path.exists():
        yield f"there are results under the new name already: {step.record_path.name}"
    for new, old in old_paths.items():
        if new != step.record_path and new.exists() and old.exists():
            yield f"there is a file under the new name already: {new.name}"


def _old_path(plan: Plan, path: Path, step: Step, old_base: str) -> Path:
    folder = plan.places.local if path.is_relative_to(plan.places.local) else plan.places.figures
    return folder / (old_base + path.relative_to(folder).as_posix().removeprefix(step.base))


def _renamed_steps(steps: str | list[str], now: Mapping[str, Step]) -> str | list[str]:
    """What an argument gets, under the names that the steps have now."""
    if isinstance(steps, list):
        return [now[name].name if name in now else name for name in steps]
    return now[steps].name if steps in now else steps


def _renamed_files(files: dict[str, str], step: Step | None, plan: Plan, bases: Mapping[str, str]) -> dict[str, str]:
    """The files of an input under the names that they have now."""
    if step is None:
        return files
    names = {_old_path(plan, path, step, bases[step.base]).name: path.name for path in step.products}
    return {names.get(file, file): sha for file, sha in files.items()}


def _carry_out(move: _Move) -> None:
    """Products first, then the record: whoever is interrupted in between does it again."""
    try:
        for old, new in move.files.items():
            if old.exists():
                new.parent.mkdir(parents=True, exist_ok=True)
                os.replace(old, new)
    except OSError as error:
        raise StepError(f"cannot move {error.filename}: {error.strerror}; repeat the command") from error
    save_record(move.record_path, move.record)
    if move.old_record_path != move.record_path:
        move.old_record_path.unlink(missing_ok=True)
