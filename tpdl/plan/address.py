"""Cells by some of their parameters, and parameters from the command line.

Example:
    cells_at(plan, "toy/train/opt=sgd")              # all cells of toy/train with opt="sgd", whatever their network
    settings_for(step, ["lr=1e-3", "epochs=3"])      # {"lr": 0.001, "epochs": 3}
"""

from __future__ import annotations

import ast
import fnmatch
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tpdl.errors import UserError
from tpdl.nearest import nearest
from tpdl.plan.step import Step


def cells_at(steps: Mapping[str, Step], address: str) -> list[str]:
    """The cells that `address`, an experiment and some of its parameters, means; empty if it is no such address.

    Raises:
        UserError: the experiment has no such parameter, or no cell with such a value.
    """
    base, _, conditions = address.rpartition("/")
    if "=" not in conditions:
        return []
    cells = [step for step in steps.values() if step.base == base and step.kind == "experiment"]
    if not cells:
        return []
    pairs = [condition.partition("=")[::2] for condition in conditions.split(",")]
    for name, text in pairs:
        known = {key for step in cells for key in step.parameters}
        if name not in known:
            raise UserError(f"{base} has no parameter {name!r}; {nearest(name, known)}")
        if not any(_agrees(step, name, text) for step in cells):
            values = dict.fromkeys(_text(step.parameters[name]) for step in cells if name in step.parameters)
            raise UserError(f"no cell of {base} has {name}={text}; {nearest(text, values)}")
    found = [step.name for step in cells if all(_agrees(step, name, text) for name, text in pairs)]
    if not found:
        raise UserError(
            f"no cell of {base} has {conditions.replace(',', ' and ')} at once; `tpdl table {base}` lists them"
        )
    return found


def _agrees(step: Step, name: str, text: str) -> bool:
    """Whether the parameter has the value that `text` says: as a pattern, as in the cell's name, or as a number."""
    if name not in step.parameters:
        return False
    value = step.parameters[name]
    in_name = f"{name}={text}" in step.name.rpartition("/")[2].split(",")
    return (
        in_name
        or fnmatch.fnmatchcase(_text(value), text)
        or (not isinstance(value, str) and _same(read_value(text), value))
    )


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def settings_for(step: Step, texts: Iterable[str]) -> dict[str, Any]:
    """Parameters as they were typed, `lr=1e-3`, each of the type that it has in the step.

    Raises:
        UserError: the step has no such parameter, or the value is of another kind.
    """
    settings: dict[str, Any] = {}
    for text in texts:
        name, equals, typed = text.partition("=")
        name = name.strip()
        if not equals:
            raise UserError(f"-S {text}: it must be NAME=VALUE, as in -S seed=3")
        if name in step.inputs:
            raise UserError(f"-S {text}: {name} is the result of {', '.join(step.inputs[name].steps)}, and no value")
        if name not in step.parameters:
            raise UserError(f"-S {text}: {step.base} has no parameter {name!r}; {nearest(name, step.parameters)}")
        if name in settings:
            raise UserError(f"-S {text}: {name} is given twice")
        settings[name] = _like(step.parameters[name], typed, text)
    return settings


def _like(before: Any, typed: str, text: str) -> Any:
    """The value that was typed, of the type of the one before; what was None may be anything.

    Raises:
        UserError: it is of another type.
    """
    if isinstance(before, str):
        return typed
    value = read_value(typed)
    if before is None or (isinstance(value, type(before)) and isinstance(value, bool) == isinstance(before, bool)):
        return value
    if isinstance(before, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(before, int) and not isinstance(before, bool) and isinstance(value, float) and value.is_integer():
        return int(value)
    kinds = {bool: "true or false", int: "a whole number", float: "a number", list: "a list", dict: "a mapping"}
    raise UserError(f"-S {text}: it must be {kinds.get(type(before), 'a value')}, as {_text(before)} is")


def read_value(text: str) -> Any:
    """A value as JSON or Python write it, else the text itself.

    >>> [read_value(text) for text in ("3", "1e-3", "true", "None", "[1, 2]", "sgd")]
    [3, 0.001, True, None, [1, 2], 'sgd']
    """
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
            return json.loads(json.dumps(value, allow_nan=False))  # JSON has lists, and no tuples
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
    return text
