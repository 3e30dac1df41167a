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
from tpdl.limits import LimitExceeded, check_format
from tpdl.nearest import nearest

RESULT_SUFFIX = {
    "DataFrame": ".csv",
    "dict": ".json",
    "Dict": ".json",
    "Mapping": ".json",
    "Arrays": ".npz",
}
"""Last component of an experiment's return annotation -> suffix of the file that keeps its result."""

KNOWN_ARGUMENTS: dict[str, set[str]] = {
    "experiment": {"matrix", "demo", "inputs", "data", "optional", "uses", "local", "may_be_missing"},
    "figure": {"caption", "alt", "suffix", "format", "uses"},
    "summary": {"uses"},
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


def _is_mapping_of_functions(value: Any) -> bool:
    return _is_mapping_of_texts(value) and all(isinstance(item, str) for item in (value.values() if value else ()))


def _is_suffix(value: Any) -> bool:
    return not value or (isinstance(value, str) and bool(re.fullmatch(r"[\w.,=+-]{1,100}", value)))


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "": ("experiments of this project", _is_list_of_texts),
    **dict.fromkeys(("matrix", "demo"), ("a mapping", _is_mapping_of_texts)),
    "inputs": ("a mapping from parameters to experiments", _is_mapping_of_functions),
    "optional": ("a mapping from parameters to lists of values", _is_mapping_of_values),
    **dict.fromkeys(("data", "uses", "may_be_missing"), ("a list of texts", _is_list_of_texts)),
    **dict.fromkeys(("caption", "alt", "format"), ("a text", lambda value: isinstance(value, str))),
    "suffix": ("a part of a file's name: letters, digits, - and _", _is_suffix),
    "local": ("True or False", lambda value: isinstance(value, bool)),
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


def result_suffix(declared: Declaration) -> str:
    """The suffix of an experiment's product, which its return annotation decides.

    Raises:
        UserError: there is no annotation, or tpdl cannot keep such a result.
    """
    try:
        return RESULT_SUFFIX[declared.annotation]
    except KeyError:
        raise UserError(
            f"{where(declared)}: the return annotation says {declared.annotation or 'nothing'}; "
            "an experiment returns pd.DataFrame, dict or tpdl.Arrays, and says so"
        ) from None


def json_parameters(parameters: Mapping[str, Any], declared: Declaration) -> dict[str, Any]:
    """`parameters`, each of which is a JSON value: a record holds them, and a worker gets them as text.

    Raises:
        UserError: one has no value, or a value that JSON does not bring back the same.
    """
    for name, value in parameters.items():
        if value is REQUIRED:
            raise UserError(
                f"{where(declared)}: parameter {name!r} has no default, and neither matrix nor inputs gives it"
            )
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
