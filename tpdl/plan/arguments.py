"""What a declaration may say: the decorator's arguments and the function's parameters, checked.

    @experiment(inputs=["features"])     # experiments/cuts.py:7: inputs must be a mapping, not ['features']

Every refusal begins with file and line.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Mapping
from typing import Any

from tpdl.errors import UserError
from tpdl.fingerprint import REQUIRED, Declaration
from tpdl.images import SUFFIX as IMAGES
from tpdl.limits import LimitExceeded, check_format
from tpdl.nearest import nearest
from tpdl.plan.limits import seconds, size

RESULT_SUFFIX = {
    "DataFrame": ".csv",
    "dict": ".json",
    "Dict": ".json",
    "Mapping": ".json",
    "Arrays": ".npz",
    "Images": IMAGES,
}
"""Last component of an experiment's return annotation -> suffix of the file that keeps its result."""

KNOWN_ARGUMENTS: dict[str, set[str]] = {
    "experiment": {
        *("matrix", "cases", "search", "draws", "search_seed"),
        *("demo", "inputs", "data", "optional", "uses", "files", "local", "may_be_missing"),
        *("timeout", "memory", "gpu_memory", "device", "together"),
    },
    "figure": {"caption", "alt", "suffix", "format", "uses", "files"},
    "summary": {"uses", "files"},
}
"""Decorator -> the names of its arguments."""


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list | tuple | set) and all(isinstance(item, str) for item in value)


def _is_mapping_of_texts(value: Any) -> bool:
    return not value or (isinstance(value, dict) and all(isinstance(key, str) for key in value))


def _is_mapping_of_values(value: Any) -> bool:
    return _is_mapping_of_texts(value) and all(
        isinstance(item, list | tuple | set) for item in (value.values() if value else ())
    )


def _is_mapping_of_mappings(value: Any) -> bool:
    return _is_mapping_of_texts(value) and all(map(_is_mapping_of_texts, value.values() if value else ()))


def _is_mapping_of_functions(value: Any) -> bool:
    return _is_mapping_of_texts(value) and all(isinstance(item, str) for item in (value.values() if value else ()))


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "": ("experiments of this project", _is_list_of_texts),
    **dict.fromkeys(("matrix", "demo"), ("a mapping", _is_mapping_of_texts)),
    "cases": ("a mapping from names to mappings of parameters", _is_mapping_of_mappings),
    "search": ("a mapping from parameters to what is drawn from", _is_mapping_of_texts),
    **dict.fromkeys(("draws", "search_seed"), ("a whole number", lambda value: isinstance(value, int))),
    "inputs": ("a mapping from parameters to experiments", _is_mapping_of_functions),
    "optional": ("a mapping from parameters to lists of values", _is_mapping_of_values),
    **dict.fromkeys(("data", "uses", "may_be_missing", "together"), ("a list of texts", _is_list_of_texts)),
    **dict.fromkeys(("caption", "alt", "format"), ("a text", lambda value: isinstance(value, str))),
    "local": ("True or False", lambda value: isinstance(value, bool)),
    "device": ('"gpu"', lambda value: value in (None, "gpu")),
}
"""Argument -> what it must be, in words and as a test."""


def where(declared: Declaration) -> str:
    """`experiments/transfer/cuts.py:12`, which begins every message about a declaration."""
    return f"{declared.path}:{declared.line}"


def decorator_arguments(declared: Declaration) -> dict[str, Any]:
    """The decorator's arguments by name; those without a name, which are functions, as a list under "".

    Raises:
        UserError: the decorator has no such argument, or it is of another kind.
    """
    unknown = set(declared.arguments) - KNOWN_ARGUMENTS[declared.kind] - {""}
    if unknown:
        known = KNOWN_ARGUMENTS[declared.kind]
        raise UserError(
            f"{where(declared)}: @{declared.kind} has no argument {min(unknown)!r}; {nearest(min(unknown), known)}"
        )
    for name, value in declared.arguments.items():
        kind, fits = KINDS.get(name, ("", lambda _: True))
        if not fits(value):
            raise UserError(f"{where(declared)}: {name} of @{declared.kind} must be {kind}, not {value!r:.60}")
    return dict(declared.arguments)


def mapping_argument(arguments: Mapping[str, Any], name: str, declared: Declaration) -> dict[str, Any]:
    """The argument `name`, empty where it is left out.

    Raises:
        UserError: it is no mapping.
    """
    value = arguments.get(name) or {}
    if not isinstance(value, dict):
        raise UserError(f"{where(declared)}: {name} must be a mapping, not {value!r}")
    return value


def limits_of(arguments: Mapping[str, Any], declared: Declaration) -> dict[str, Any]:
    """The limits that a declaration sets: `timeout`, `memory` and `gpu_memory`, each None where it is left out.

    Raises:
        UserError: one is no number, or no size.
    """
    limits: dict[str, Any] = {}
    for name, read in (("timeout", seconds), ("memory", size), ("gpu_memory", size)):
        try:
            limits[name] = None if arguments.get(name) is None else read(arguments[name])
        except ValueError as error:
            raise UserError(f"{where(declared)}: {name}: {error}") from None
    return limits


def result_suffixes(declared: Declaration, together: bool = False) -> tuple[str, ...]:
    """The suffixes of an experiment's products, which its return annotation decides: of a tuple one for each part.

    Args:
        declared: the experiment.
        together: it measures several cells at once, and returns a list with the result of each.

    Raises:
        UserError: there is no annotation, or tpdl cannot keep such a result.
    """
    annotation = declared.annotation
    if together:
        for_each = re.fullmatch(r"list\[(.*)\]", annotation)
        if not for_each:
            raise UserError(
                f"{where(declared)}: the return annotation says {annotation or 'nothing'}; with together=[…] the "
                "function returns a list, one result for each cell, and says so: list[pd.DataFrame] for instance"
            )
        annotation = for_each[1]
    several = re.fullmatch(r"tuple\[(.*)\]", annotation)
    parts = several[1].split(", ") if several else [annotation]
    try:
        suffixes = tuple(RESULT_SUFFIX[part] for part in parts)
    except KeyError:
        raise UserError(
            f"{where(declared)}: the return annotation says {declared.annotation or 'nothing'}; "
            "an experiment returns pd.DataFrame, dict, tpdl.Arrays, tpdl.Images or a tuple of these, and says so"
        ) from None
    if len(set(suffixes)) < len(suffixes):
        raise UserError(
            f"{where(declared)}: the return annotation says {declared.annotation}; an experiment returns at most one "
            "table, one mapping, one set of arrays and one of images: put two of a kind into one"
        )
    return suffixes


def json_parameters(parameters: Mapping[str, Any], declared: Declaration) -> dict[str, Any]:
    """`parameters`, each of which is a JSON value: a record holds them, and a worker gets them as text.

    Raises:
        UserError: one has no value, or a value that JSON does not bring back the same.
    """
    for name, value in parameters.items():
        if value is REQUIRED:
            giver = "neither matrix nor inputs gives it" if declared.kind == "experiment" else "no experiment gives it"
            raise UserError(f"{where(declared)}: parameter {name!r} has no default, and {giver}")
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError):
            same = False
        if not same:
            raise UserError(
                f"{where(declared)}: parameter {name!r} is {value!r}, which is no JSON value; "
                "use numbers, text, booleans, None, lists and dictionaries with text keys"
            )
    return dict(parameters)


def data_name(entry: str, parameters: Mapping[str, Any], declared: Declaration) -> str:
    """The name of a data set with the cell's parameters put in: "weights-{network}" becomes "weights-vgg16".

    Raises:
        UserError: what stands in braces is no parameter.
    """
    try:
        for _, _, form, _ in string.Formatter().parse(entry):
            check_format(form or "")
        return entry.format(**parameters)
    except LimitExceeded as error:
        raise UserError(f"{where(declared)}: data name {entry!r} asks for too much: {error}") from None
    except (KeyError, IndexError, ValueError, AttributeError):
        raise UserError(f"{where(declared)}: data name {entry!r} refers to something that is no parameter") from None


RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
"""File names that Windows takes for devices, with any suffix."""
NAME_LENGTH = 200
"""Bytes. File systems allow 255 for one name, and suffixes such as `.csv.record.json` are added."""


def file_name_part(arguments: Mapping[str, Any], name: str, declared: Declaration) -> str:
    """The argument `name`, which becomes part of a file's name: letters, digits and `. _ , = + -`.

    Raises:
        UserError: it is no text, or holds anything else, a slash above all: a product never leaves its folder.
    """
    value = arguments[name]
    if not isinstance(value, str) or not re.fullmatch(r"[\w.,=+-]+", value):
        raise UserError(
            f"{where(declared)}: {name} {value!r} becomes a part of a file's name; use letters, digits, and . _ , = + -"
        )
    return value


def refuse_unsafe_name(name: str, place: str) -> None:
    """Refuse a step whose products would lie outside of their folder, or could not be checked out on every system.

    Args:
        name: of the step; its products are called after it.
        place: file and line of the declaration, for the message.

    Raises:
        UserError: a part of the name is "..", a name that Windows keeps for devices, or too long.
    """
    for part in name.split("/"):
        if not part.strip(".") or not re.fullmatch(r"[\w.,=+ -]+", part):
            raise UserError(f"{place}: no file can be called {name!r}; use letters, digits, and . _ , = + -")
        if RESERVED.fullmatch(part):
            raise UserError(f"{place}: no file can be called {part!r} on Windows; rename the function or its module")
        if len(part.encode()) > NAME_LENGTH:
            raise UserError(f"{place}: {part[:40]!r}… is too long for a file's name; use at most {NAME_LENGTH} bytes")
