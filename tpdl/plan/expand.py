"""From the declarations in the source to the steps of one profile."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.errors import UserError
from tpdl.files import sha256_bytes
from tpdl.plan.places import Places
from tpdl.plan.step import Input, Step

if TYPE_CHECKING:
    from tpdl.fingerprint import Declaration

SUFFIX_OF_RESULT = {
    "DataFrame": ".csv",
    "dict": ".json",
    "Dict": ".json",
    "Mapping": ".json",
    "Arrays": ".npz",
}
ARGUMENTS = {
    "experiment": {"matrix", "demo", "inputs", "data", "optional", "uses", "local", "may_be_missing"},
    "figure": {"caption", "alt", "suffix", "format", "uses"},
    "summary": {"uses"},
}


class Expansion:
    """All steps of one profile, by name, each after the steps it needs."""

    def __init__(self, declarations: Iterable[Declaration], places: Places, unmeasured: Sequence[str] = ()) -> None:
        self._unmeasured = unmeasured
        """Patterns of experiments that this edition may leave unmeasured, as optional cells may stay."""
        self._places = places
        self._declared = {f"{d.module}:{d.qualname}": d for d in declarations}
        self._steps: dict[str, Step] = {}
        self._cells: dict[str, list[Step]] = {}
        """Experiment function -> its cells (one cell where there is no matrix)."""
        self._written: dict[Path, Step] = {}
        self._open: list[str] = []

    def steps(self) -> dict[str, Step]:
        """Expand everything, experiments first; refuse two steps that write one product."""
        for function, declaration in self._declared.items():
            if declaration.kind == "experiment":
                self._experiment(function)
        for declaration in self._declared.values():
            if declaration.kind in ("figure", "summary"):
                self._drawing(declaration)
        return self._steps

    def _experiment(self, function: str) -> list[Step]:
        if function in self._cells:
            return self._cells[function]
        if function in self._open:
            cycle = " -> ".join([*self._open[self._open.index(function) :], function])
            raise UserError(f"the experiments need each other in a circle: {cycle}; remove one of these inputs")
        self._open.append(function)
        declared = self._declared[function]
        arguments = _arguments(declared)
        base = base_name(declared.module, declared.qualname)
        suffix = _result_suffix(declared)
        axes, defaults = self._axes(declared, arguments)
        cells = []
        for combination in itertools.product(*axes.values()):
            cell = dict(zip(axes, combination, strict=True))
            parameters = _json_parameters(defaults | cell, declared)
            name = f"{base}/{_label(cell)}" if axes else base
            step = Step(
                name=name,
                kind="experiment",
                base=base,
                function=function,
                parameters=parameters,
                inputs={
                    argument: self._input(upstream, parameters, declared)
                    for argument, upstream in _mapping(arguments, "inputs", declared).items()
                },
                data=tuple(_fill(entry, parameters, declared) for entry in arguments.get("data", ())),
                products=(self._product(name, suffix, local=bool(arguments.get("local"))),),
                record_path=self._product(name, suffix + ".record.json"),
                source=declared.path,
                line=declared.line,
                uses=tuple(arguments.get("uses", ())),
                optional=self._may_stay_unmeasured(name)
                or any(cell.get(key) in values for key, values in arguments.get("optional", {}).items()),
                local=bool(arguments.get("local")),
                may_be_missing=tuple(arguments.get("may_be_missing", ())),
                cell=cell,
            )
            cells.append(self._add(step))
        self._cells[function] = cells
        if axes and suffix != ".npz":
            self._add(self._table(base, declared, cells))
        self._open.pop()
        return cells

    def _may_stay_unmeasured(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) or name.startswith(f"{pattern}/") for pattern in self._unmeasured)

    def _axes(self, declared: Declaration, arguments: Mapping[str, Any]) -> tuple[dict[str, list[Any]], dict[str, Any]]:
        """The matrix and the parameters' defaults, as the profile wants them."""
        matrix, given = _mapping(arguments, "matrix", declared), _mapping(arguments, "inputs", declared)
        defaults = {name: value for name, value in declared.parameters.items() if name not in given}
        changes = _mapping(arguments, "demo", declared) if self._places.profile == "demo" else {}
        for origin, names in (("matrix", matrix), ("demo", changes), ("inputs", given)):
            for name in names:
                if name not in declared.parameters:
                    raise UserError(
                        f"{_where(declared)}: {origin} names {name!r}, which is no parameter of the function"
                    )
        axes = {}
        for name, values in matrix.items():
            values = changes.get(name, values)
            axes[name] = list(values) if isinstance(values, list | tuple) else [values]
            if not axes[name]:
                raise UserError(f"{_where(declared)}: the matrix has no value for {name!r}")
        defaults |= {name: value for name, value in changes.items() if name not in matrix}
        return axes, {name: value for name, value in defaults.items() if name not in axes}

    def _input(self, upstream: str, parameters: Mapping[str, Any], declared: Declaration) -> Input:
        """The cell of `upstream` that `parameters` name in full; else the cells that agree with them, or the table of all.

        What a step gets does not depend on how many cells there are: the demo profile often has one where the full one has several.
        """
        if upstream not in self._declared or self._declared[upstream].kind != "experiment":
            raise UserError(f"{_where(declared)}: {upstream} is no experiment, so its result cannot be an input")
        cells = self._experiment(upstream)
        agreeing = [
            cell
            for cell in cells
            if all(parameters[key] == value for key, value in cell.cell.items() if key in parameters)
        ]
        if not agreeing:
            raise UserError(f"{_where(declared)}: no cell of {cells[0].base} has the same {_label(parameters)}")
        if set(agreeing[0].cell) <= set(parameters):
            return Input((agreeing[0].name,))
        if len(agreeing) == len(cells) and cells[0].base in self._steps:
            return Input((cells[0].base,))
        return Input(tuple(cell.name for cell in agreeing), tuple(_label(cell.cell) for cell in agreeing))

    def _table(self, base: str, declared: Declaration, cells: list[Step]) -> Step:
        return Step(
            name=base,
            kind="table",
            base=base,
            function="",
            parameters={},
            inputs={"cells": Input(tuple(cell.name for cell in cells), tuple(_label(cell.cell) for cell in cells))},
            data=(),
            products=(self._product(base, ".csv"),),
            record_path=self._product(base, ".csv.record.json"),
            source=declared.path,
            line=declared.line,
            may_be_missing=cells[0].may_be_missing,
        )

    def _drawing(self, declared: Declaration) -> None:
        arguments = _arguments(declared)
        given = arguments.pop("", [])
        if not given:
            raise UserError(f"{_where(declared)}: @{declared.kind} needs the experiments whose results it uses")
        inputs = {}
        names = list(declared.parameters)
        if len(names) < len(given):
            raise UserError(f"{_where(declared)}: {len(given)} results are passed, the function takes {len(names)}")
        for argument, upstream in zip(names, given, strict=False):
            if upstream not in self._declared or self._declared[upstream].kind != "experiment":
                raise UserError(f"{_where(declared)}: {upstream} is no experiment, so its result cannot be drawn")
            cells = self._experiment(upstream)
            if not cells[0].cell:
                inputs[argument] = Input((cells[0].name,))
            elif cells[0].base in self._steps:
                inputs[argument] = Input((cells[0].base,))
            else:
                inputs[argument] = Input(tuple(c.name for c in cells), tuple(_label(c.cell) for c in cells))
        base = self._experiment(given[0])[0].base
        if declared.kind == "summary":
            name, endings = base + ".values", [".json"]
        else:
            kind = arguments.get("format", "svg")
            if kind not in ("svg", "png"):
                raise UserError(f"{_where(declared)}: format {kind!r} is neither 'svg' nor 'png'")
            stem = f"{base}-{arguments['suffix']}" if arguments.get("suffix") else base
            name, endings = f"{stem}.{kind}", ["", f".dark.{kind}"]
        stem = name if declared.kind == "summary" else name.removesuffix(f".{arguments.get('format', 'svg')}")
        products = tuple(self._product(stem if ending.startswith(".dark") else name, ending) for ending in endings)
        self._add(
            Step(
                name=name,
                kind="summary" if declared.kind == "summary" else "figure",
                base=base,
                function=f"{declared.module}:{declared.qualname}",
                parameters=_json_parameters(
                    {key: value for key, value in declared.parameters.items() if key not in inputs}, declared
                ),
                inputs=inputs,
                data=(),
                products=products,
                record_path=products[0].with_name(products[0].name + ".record.json"),
                source=declared.path,
                line=declared.line,
                uses=tuple(arguments.get("uses", ())),
                caption=arguments.get("caption", ""),
                alt=arguments.get("alt", ""),
            )
        )

    def _product(self, name: str, ending: str, local: bool = False) -> Path:
        return (self._places.local if local else self._places.figures) / (name + ending)

    def _add(self, step: Step) -> Step:
        for path in (*step.products, step.record_path):
            other = self._written.setdefault(path, step)
            if other is not step:
                raise UserError(
                    f"{step.source}:{step.line} and {other.source}:{other.line} both write {path.relative_to(self._places.root)}; "
                    "rename one function, or give one figure a suffix"
                )
        self._steps[step.name] = step
        return step


def _arguments(declared: Declaration) -> dict[str, Any]:
    unknown = set(declared.arguments) - ARGUMENTS[declared.kind] - {""}
    if unknown:
        raise UserError(f"{_where(declared)}: @{declared.kind} has no argument {min(unknown)!r}")
    return dict(declared.arguments)


def _mapping(arguments: Mapping[str, Any], key: str, declared: Declaration) -> dict[str, Any]:
    value = arguments.get(key) or {}
    if not isinstance(value, dict):
        raise UserError(f"{_where(declared)}: {key} must be a mapping, not {value!r}")
    return value


def base_name(module: str, qualname: str) -> str:
    """What the steps of an experiment are called after: its folders below `experiments/`, then its function.

    >>> base_name("experiments.transfer.cuts", "layer_cut")
    'transfer/layer-cut'
    """
    return "/".join([*module.split(".")[1:-1], qualname]).replace("_", "-")


def _result_suffix(declared: Declaration) -> str:
    try:
        return SUFFIX_OF_RESULT[declared.annotation]
    except KeyError:
        found = declared.annotation or "nothing"
        raise UserError(
            f"{_where(declared)}: the return annotation says {found}; "
            "an experiment returns pd.DataFrame, dict or tpdl.Arrays, and says so"
        ) from None


def _json_parameters(parameters: Mapping[str, Any], declared: Declaration) -> dict[str, Any]:
    from tpdl.fingerprint import REQUIRED

    for name, value in parameters.items():
        if value is REQUIRED:
            raise UserError(
                f"{_where(declared)}: parameter {name!r} has no default, and neither matrix nor inputs gives it"
            )
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError):
            same = False
        if not same:
            raise UserError(
                f"{_where(declared)}: parameter {name!r} is {value!r}, which is no JSON value; "
                "use numbers, text, booleans, None, lists and dictionaries with text keys"
            )
    return dict(parameters)


def _label(cell: Mapping[str, Any]) -> str:
    """`network=vgg16,seed=0`: a file name on every system, different for different cells."""
    label = ",".join(f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in cell.items())
    safe = re.sub(r"[^\w.,=+-]", "_", label)
    return safe if safe == label and len(safe) <= 120 else f"{safe[:100]}-{sha256_bytes(label.encode())[:8]}"


def _fill(entry: str, parameters: Mapping[str, Any], declared: Declaration) -> str:
    try:
        return entry.format(**parameters)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise UserError(f"{_where(declared)}: data name {entry!r} refers to something that is no parameter") from None


def _where(declared: Declaration) -> str:
    return f"{declared.path}:{declared.line}"
