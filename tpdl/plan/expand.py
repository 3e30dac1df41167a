"""From the declarations in the source to the steps of one profile.

An experiment becomes one step for each combination of its parameters, a *cell*, and one that collects their results
in a table. A figure or summary becomes one step, which reads that table, or the single result where there is no matrix.
A figure of no experiment, a diagram, is one step that reads nothing.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tpdl.charts import SUFFIX as CHART
from tpdl.errors import UserError
from tpdl.files import sha256_bytes
from tpdl.fingerprint import Declaration
from tpdl.nearest import did_you_mean, nearest
from tpdl.plan.arguments import (
    data_name,
    decorator_arguments,
    file_name_part,
    json_parameters,
    limits_of,
    mapping_argument,
    refuse_unsafe_name,
    result_suffixes,
    where,
)
from tpdl.plan.names import base_name
from tpdl.plan.patterns import file_patterns
from tpdl.plan.places import Places
from tpdl.plan.record import RECORD_SUFFIX
from tpdl.plan.search import draws
from tpdl.plan.step import COLLECTED, FIGURE_FORMATS, Input, Step
from tpdl.plan.variants import NARROW, VARIANTS
from tpdl.videos import STILL, STILLS

MOST_CELLS = 100_000
"""Of one experiment. Each has a record, two files and a line of `tpdl status`."""
DEMO_DRAWS = 3
"""Of a random search, at most, in the demo profile."""
LABEL_LENGTH = 120
"""Characters of a label, which a person reads."""
LABEL_BYTES = 180
"""Bytes of it. File systems allow 255 for a name, and suffixes are added."""


class Expansion:
    """All steps of one profile.

        steps = Expansion(sources.declarations(), project.places("full")).steps()
        steps["transfer/layer-cut/network=vgg16"].parameters     # {"network": "vgg16", "seed": 0}

    Args:
        declarations: of the whole project.
        places: where the profile's files lie.
        unmeasured: names or patterns of experiments that this edition may leave unmeasured, as optional cells may stay.
        edition: parameter -> the values that this edition has in the place of those of each matrix; or experiment -> a
            mapping of this kind for it alone, which goes before.
    """

    def __init__(
        self,
        declarations: Iterable[Declaration],
        places: Places,
        unmeasured: Sequence[str] = (),
        edition: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._declared: dict[str, Declaration] = {}
        self._broken: dict[str, Declaration] = {}
        """Function -> a declaration that says what is wrong with it; under "module:" one of a whole file."""
        self.broken: list[Declaration] = []
        """Every declaration that cannot be understood, or needs one that cannot."""
        self._places = places
        self._unmeasured = unmeasured
        self._edition = edition
        self._axes_known: set[str] = set()
        """The parameters that some matrix has, and "experiment.parameter" for each of them."""
        self._steps: dict[str, Step] = {}
        self._cells: dict[str, list[Step]] = {}
        """Experiment function -> its cells (one cell where there is no matrix)."""
        self._writers: dict[Path, Step] = {}
        """Path of a product or record -> the step that writes it."""
        self._expanding: list[str] = []
        """Experiment functions that are being expanded, each because the one before it needs it."""
        self.variants: dict[str, Step] = {}
        """What variants need beside the steps that there are, by name; see `variant`."""
        self._varying: Mapping[str, Any] = {}
        """The settings of the variant that is being made; empty while there is none."""
        for declared in declarations:
            if declared.problem:
                self._give_up(declared)
            if declared.qualname:
                self._declared[f"{declared.module}:{declared.qualname}"] = declared

    def steps(self) -> dict[str, Step]:
        """The steps by name, each after those that it needs.

        What is wrong with a declaration does not concern those that do not need it: it is in `broken`, and so are all
        that need it.
        """
        for function, declared in self._declared.items():
            if declared.kind == "experiment" and function not in self._broken:
                with contextlib.suppress(UserError):  # it is in `broken`
                    self._cells_of(function)
        for function, declared in self._declared.items():
            if declared.kind in ("figure", "summary") and function not in self._broken:
                try:
                    self._add(self._drawing(declared))
                except UserError as error:
                    self._give_up(replace(declared, problem=str(error)))
        return self._steps

    def unused(self) -> list[str]:
        """What is wrong with the edition's values: no matrix has such a parameter. One line each; after `steps`."""
        named = {
            f"{name}.{parameter}" if isinstance(values, dict) else name
            for name, values in self._edition.items()
            for parameter in (values if isinstance(values, dict) else [""])
        }
        return [
            f"pyproject.toml: [tool.tpdl.matrix] names {name!r}, which no matrix has; {nearest(name, self._axes_known)}"
            for name in sorted(named - self._axes_known)
        ]

    def variant(self, step: Step, settings: Mapping[str, Any]) -> Step:
        """What the cell `step` of these steps would be with other parameters; it is not one of them.

        Where it needs a cell with parameters that none has, this is another variant, which is added to `variants`.

        Raises:
            UserError: an experiment that it needs has nothing to do with these parameters.
        """
        declared, cell = self._declared[step.function], {**step.cell, **settings}
        before, self._varying = self._varying, settings
        try:
            made = self._cell(
                declared,
                decorator_arguments(declared),
                [path.suffix for path in step.products],
                cell,
                {name: value for name, value in step.parameters.items() if name not in settings},
                _label(cell),
            )
            if not step.group:
                return made
            # The function measures several cells at once; this one it measures by itself.
            inputs = {
                argument: replace(source, of_cells=(source,)) if step.inputs[argument].of_cells else source
                for argument, source in made.inputs.items()
            }
            group = {name: [made.parameters[name]] for name in step.group}
            return replace(made, inputs=inputs, group=group, place=0)
        finally:
            self._varying = before

    def _give_up(self, declared: Declaration) -> None:
        """Note a declaration that cannot be understood, and take back what was made of it."""
        function = f"{declared.module}:{declared.qualname}"
        self.broken.append(declared)
        self._broken[function] = declared
        base = base_name(declared.module, declared.qualname) if declared.qualname else ""
        for name, step in list(self._steps.items()):
            if step.function == function or (step.kind == "table" and step.base == base):
                del self._steps[name]
                self._writers = {path: writer for path, writer in self._writers.items() if writer is not step}

    # Experiments

    def _cells_of(self, function: str) -> list[Step]:
        """The cells of an experiment; it is expanded when they are first asked for, so that inputs come before it."""
        if broken := self._broken.get(function) or self._broken.get(f"{function.partition(':')[0]}:"):
            raise UserError(broken.problem)
        if function not in self._cells:
            if function in self._expanding:
                circle = " -> ".join([*self._expanding[self._expanding.index(function) :], function])
                raise UserError(f"the experiments need each other in a circle: {circle}; remove one of these inputs")
            self._expanding.append(function)
            try:
                self._cells[function] = self._experiment(self._declared[function])
            except UserError as error:
                self._give_up(replace(self._declared[function], problem=str(error)))
                raise
            finally:
                self._expanding.pop()
        return self._cells[function]

    def _experiment(self, declared: Declaration) -> list[Step]:
        """Add the cells of an experiment, and the table of their results. Arrays fit in no table."""
        arguments = decorator_arguments(declared)
        suffixes = result_suffixes(declared, bool(arguments.get("together")))
        axes, defaults = self._axes_and_defaults(declared, arguments)
        combined = self._combined(declared, arguments, axes)
        count = len(combined) * math.prod(map(len, axes.values()))
        if count > MOST_CELLS:
            raise UserError(f"{where(declared)}: the matrix has {count:,} combinations, more than {MOST_CELLS:,}")
        cells = []
        for (case, chosen), *combination in itertools.product(combined, *axes.values()):
            varied = dict(zip(axes, combination, strict=True))
            label = ",".join(filter(None, [case or _label(chosen), _label(varied)]))
            own = {name: value for name, value in defaults.items() if name not in chosen}
            if case and "case" in own:
                own["case"] = case
            cells.append(self._cell(declared, arguments, suffixes, chosen | varied, own, label))
        if together := self._together(declared, arguments, cells[0].cell):
            cells = self._grouped(declared, arguments, cells, together)
        cells = [self._add(cell) for cell in cells]
        if cells[0].cell and any(suffix in COLLECTED for suffix in suffixes):
            self._add(self._table(declared, cells))
        return cells

    def _axes_and_defaults(
        self, declared: Declaration, arguments: Mapping[str, Any]
    ) -> tuple[dict[str, list[Any]], dict[str, Any]]:
        """The axes of the matrix, and the values of the other parameters, as the profile wants them."""
        matrix = mapping_argument(arguments, "matrix", declared)
        inputs = mapping_argument(arguments, "inputs", declared)
        demo = mapping_argument(arguments, "demo", declared)
        optional = mapping_argument(arguments, "optional", declared)
        named = (("matrix", matrix), ("demo", demo), ("inputs", inputs), ("optional", optional))
        for argument, names in named:
            for name in names:
                if name not in declared.parameters:
                    raise UserError(
                        f"{where(declared)}: {argument} names {name!r}, which is no parameter of the function"
                        + (f"; {nearest(name, declared.parameters)}" if declared.parameters else "")
                    )
        if self._places.profile != "demo":
            demo = {}
        axes = {}
        base = base_name(declared.module, declared.qualname)
        of_all = {name: values for name, values in self._edition.items() if isinstance(values, list)}
        own = of_all | self._edition.get(base, {})
        self._axes_known |= {*matrix, *(f"{base}.{name}" for name in matrix)}
        for name, values in matrix.items():
            values = demo.get(name, own.get(name, values))
            axes[name] = list(values) if isinstance(values, list | tuple) else [values]
            if not axes[name]:
                raise UserError(f"{where(declared)}: the matrix has no value for {name!r}")
        defaults = {name: value for name, value in declared.parameters.items() if name not in inputs} | demo
        return axes, {name: value for name, value in defaults.items() if name not in axes}

    def _combined(
        self, declared: Declaration, arguments: Mapping[str, Any], axes: Mapping[str, Any]
    ) -> list[tuple[str, dict[str, Any]]]:
        """The combinations of parameters that go together, each with its name, if it has one: cases, or random draws.

        Each is combined with the matrix. Where there are neither, that is one combination of nothing.
        """
        cases = mapping_argument(arguments, "cases", declared)
        space = mapping_argument(arguments, "search", declared)
        if cases and space:
            raise UserError(f"{where(declared)}: either cases or search; leave one out")
        is_demo = self._places.profile == "demo"
        if cases:
            together = [(file_name_part({"case": name}, "case", declared), dict(case)) for name, case in cases.items()]
        elif space:
            count = arguments.get("draws", 0)
            if not isinstance(count, int) or count < 1:
                raise UserError(f"{where(declared)}: search needs draws, how many combinations are drawn: draws=20")
            try:
                drawn = draws(space, min(count, DEMO_DRAWS) if is_demo else count, arguments.get("search_seed", 0))
            except ValueError as error:
                raise UserError(f"{where(declared)}: {error}") from None
            together = [("", combination) for combination in drawn]
        else:
            return [("", {})]
        inputs = mapping_argument(arguments, "inputs", declared)
        demo = mapping_argument(arguments, "demo", declared) if is_demo else {}
        for name, combination in together:
            of = f"the case {name!r}" if name else "search"
            for parameter in combination:
                if parameter not in declared.parameters:
                    raise UserError(
                        f"{where(declared)}: {of} names {parameter!r}, which is no parameter of the function"
                        + (f"; {nearest(parameter, declared.parameters)}" if declared.parameters else "")
                    )
                if parameter in axes or parameter in inputs:
                    other = "the matrix" if parameter in axes else "inputs"
                    raise UserError(f"{where(declared)}: both {of} and {other} name {parameter!r}; leave one out")
            combination.update({parameter: demo[parameter] for parameter in combination if parameter in demo})
        if len({frozenset(combination) for _, combination in together}) > 1:
            raise UserError(f"{where(declared)}: the cases must name the same parameters")
        return together

    def _cell(
        self,
        declared: Declaration,
        arguments: Mapping[str, Any],
        suffixes: Sequence[str],
        cell: dict[str, Any],
        defaults: Mapping[str, Any],
        label: str,
    ) -> Step:
        """The step of one combination of parameters, `cell`, which is empty where there is but one."""
        base = base_name(declared.module, declared.qualname)
        name = f"{base}/{label}" if label else base
        parameters = json_parameters({**defaults, **cell}, declared)
        inputs = {
            argument: self._input(function, parameters, declared, "an input")
            for argument, function in mapping_argument(arguments, "inputs", declared).items()
        }
        local = bool(arguments.get("local"))
        optional_values = (arguments.get("optional") or {}).items()
        return Step(
            name=name,
            kind="experiment",
            base=base,
            function=f"{declared.module}:{declared.qualname}",
            parameters=parameters,
            inputs=inputs,
            data=tuple(data_name(entry, parameters, declared) for entry in arguments.get("data", ())),
            products=tuple(
                (self._places.local if local else self._places.figures) / (name + suffix) for suffix in suffixes
            ),
            record_path=self._places.figures / (name + suffixes[0] + RECORD_SUFFIX),
            source=declared.path,
            line=declared.line,
            uses=tuple(arguments.get("uses", ())),
            files=file_patterns(arguments, parameters, declared),
            optional=self._is_left_out(name) or any(cell.get(key) in values for key, values in optional_values),
            local=local,
            may_be_missing=tuple(arguments.get("may_be_missing", ())),
            cell=cell,
            device=arguments.get("device") or "",
            **limits_of(arguments, declared),
        )

    def _together(self, declared: Declaration, arguments: Mapping[str, Any], axes: Mapping[str, Any]) -> list[str]:
        """The parameters whose cells one process measures together."""
        names = list(dict.fromkeys(arguments.get("together") or ()))
        for name in names:
            if name not in axes:
                hint = f"; {nearest(name, axes)}" if axes else ""
                raise UserError(f"{where(declared)}: together names {name!r}, which is no parameter of matrix{hint}")
            if name in (arguments.get("optional") or {}):
                raise UserError(
                    f"{where(declared)}: together and optional both name {name!r}; cells that run together need the "
                    "data of all, so none of them can be left out"
                )
        return names

    def _grouped(
        self, declared: Declaration, arguments: Mapping[str, Any], cells: Sequence[Step], together: Sequence[str]
    ) -> list[Step]:
        """The cells, each with the others that it is measured together with.

        What decides the result of one decides those of all, since one call makes them: inputs, data and files are
        those of the whole group, and its cells are a part of what is compared.
        """
        groups: dict[str, list[Step]] = {}
        for cell in cells:
            rest = {name: value for name, value in cell.cell.items() if name not in together}
            groups.setdefault(json.dumps(rest, sort_keys=True), []).append(cell)
        own = {
            argument
            for argument, function in mapping_argument(arguments, "inputs", declared).items()
            if not set(together).isdisjoint(self._cells_of(function)[0].cell)
        }
        new = {}
        for group in groups.values():
            inputs = {
                argument: _of_cells([cell.inputs[argument] for cell in group]) if argument in own else source
                for argument, source in group[0].inputs.items()
            }
            for cell in group:
                new[cell.name] = replace(
                    cell,
                    inputs=inputs,
                    data=tuple(dict.fromkeys(name for each in group for name in each.data)),
                    files=tuple(dict.fromkeys(pattern for each in group for pattern in each.files)),
                    together=tuple(each.name for each in group),
                    group={name: [each.cell[name] for each in group] for name in together},
                )
        return [new[cell.name] for cell in cells]

    def _is_left_out(self, name: str) -> bool:
        """Whether this edition may leave the step unmeasured."""
        return any(fnmatchcase(name, pattern) or name.startswith(f"{pattern}/") for pattern in self._unmeasured)

    def _table(self, declared: Declaration, cells: Sequence[Step]) -> Step:
        """The step that collects the results of all cells. tpdl carries it out itself, so it has no function."""
        base = cells[0].base
        return Step(
            name=base,
            kind="table",
            base=base,
            function="",
            parameters={},
            inputs={"cells": _several(cells)},
            data=(),
            products=(self._places.figures / f"{base}.csv",),
            record_path=self._places.figures / f"{base}.csv{RECORD_SUFFIX}",
            source=declared.path,
            line=declared.line,
            may_be_missing=cells[0].may_be_missing,
        )

    # Figures and summaries

    def _drawing(self, declared: Declaration) -> Step:
        """The step of a figure or summary, which belongs to the first of the experiments that it uses, if any."""
        arguments = decorator_arguments(declared)
        functions = arguments.pop("", [])
        inputs = self._drawing_inputs(declared, functions)
        base = self._cells_of(functions[0])[0].base if functions else self._base_of_diagram(declared)
        name, products = self._drawing_products(declared, arguments, base)
        own = {parameter: default for parameter, default in declared.parameters.items() if parameter not in inputs}
        if declared.kind == "figure":
            own.pop(NARROW, None)
        parameters = json_parameters(own, declared)
        return Step(
            name=name,
            kind="summary" if declared.kind == "summary" else "figure",
            base=base,
            function=f"{declared.module}:{declared.qualname}",
            parameters=parameters,
            inputs=inputs,
            data=(),
            products=products,
            record_path=products[0].with_name(products[0].name + RECORD_SUFFIX),
            source=declared.path,
            line=declared.line,
            uses=tuple(arguments.get("uses", ())),
            files=file_patterns(arguments, parameters, declared),
            caption=arguments.get("caption", ""),
            alt=arguments.get("alt", ""),
        )

    def _drawing_inputs(self, declared: Declaration, functions: Sequence[str]) -> dict[str, Input]:
        """The results that a drawing is passed, in the order of its first parameters."""
        if not functions and declared.kind == "summary":
            raise UserError(f"{where(declared)}: @summary needs the experiments whose results it uses")
        parameters = list(declared.parameters)
        if len(parameters) < len(functions):
            raise UserError(
                f"{where(declared)}: {len(functions)} results are passed, the function takes {len(parameters)}"
            )
        return {
            parameter: self._input(function, {}, declared, "drawn")
            for parameter, function in zip(parameters, functions, strict=False)
        }

    def _base_of_diagram(self, declared: Declaration) -> str:
        """What a figure without experiments is called after: its own function, as an experiment is."""
        base = base_name(declared.module, declared.qualname)
        if other := next((step for step in self._steps.values() if step.base == base), None):
            raise UserError(
                f"{where(declared)} and {other.source}:{other.line} are both called {base}; rename one function"
            )
        return base

    def _drawing_products(
        self, declared: Declaration, arguments: Mapping[str, Any], base: str
    ) -> tuple[str, tuple[Path, ...]]:
        """The name of a drawing, and what it writes.

        That is values; a sheet; a video and three of its frames; or a picture for light and one for dark pages, and two
        more for narrow pages where the function has a parameter for them. A chart is such pictures, and behind them
        what a page makes it of.
        """
        if declared.kind == "summary":
            return f"{base}.values", (self._places.figures / f"{base}.values.json",)
        picture_format = arguments.get("format", "svg")
        if picture_format not in FIGURE_FORMATS:
            known = ", ".join(FIGURE_FORMATS)
            raise UserError(f"{where(declared)}: format {picture_format!r} is none of {known}")
        stem = f"{base}-{file_name_part(arguments, 'suffix', declared)}" if arguments.get("suffix") else base
        suffix = FIGURE_FORMATS[picture_format]
        name = f"{stem}.{suffix}"
        files = [name]
        if picture_format == "video":
            files += [f"{stem}.{still}{STILL}" for still in STILLS]
        elif picture_format != "sheet":
            is_narrow = NARROW in declared.parameters
            files = [f"{stem}{variant}.{suffix}" for variant in list(VARIANTS.values())[: 4 if is_narrow else 2]]
            if picture_format == "altair":
                files += [f"{stem}{variant}{CHART}" for variant in ("", VARIANTS[NARROW])[: 1 + is_narrow]]
        return name, tuple(self._places.figures / file for file in files)

    # Both

    def _input(self, function: str, parameters: Mapping[str, Any], declared: Declaration, purpose: str) -> Input:
        """What is passed of the results of an experiment to a step with `parameters`.

        The one cell that they name in full; else the cells that agree with them, or the table, if these are all. Which
        of the three does not depend on how many cells there are: the demo profile often has one where the full one has
        several.
        """
        module = function.partition(":")[0]
        if broken := self._broken.get(f"{module}:"):
            raise UserError(broken.problem)
        if function not in self._declared or self._declared[function].kind != "experiment":
            experiments = [name for name, each in self._declared.items() if each.kind == "experiment"]
            raise UserError(
                f"{where(declared)}: {function} is no experiment, so its result cannot be {purpose}"
                + did_you_mean(function, experiments, cutoff=0.8)
            )
        cells = self._cells_of(function)
        agreeing = [
            cell
            for cell in cells
            if all(parameters[key] == value for key, value in cell.cell.items() if key in parameters)
        ]
        if not agreeing and (made := self._variants_of(cells, parameters)):
            return Input((made[0].name,)) if set(made[0].cell) <= set(parameters) else _several(made)
        if not agreeing:
            raise UserError(f"{where(declared)}: no cell of {cells[0].base} has the same {_label(parameters)}")
        if set(agreeing[0].cell) <= set(parameters):
            return Input((agreeing[0].name,))
        if len(agreeing) == len(cells) and cells[0].base in self._steps:
            return Input((cells[0].base,))
        return _several(agreeing)

    def _variants_of(self, cells: Sequence[Step], parameters: Mapping[str, Any]) -> list[Step]:
        """What cells would be with the settings of the variant that is being made, those of them that they have."""
        settings = {name: value for name, value in self._varying.items() if name in cells[0].cell}
        kept = {name: value for name, value in parameters.items() if name not in settings}
        alike = [cell for cell in cells if all(kept.get(name, value) == value for name, value in cell.cell.items())]
        made = {step.name: step for step in (self.variant(cell, settings) for cell in alike)} if settings else {}
        self.variants |= made
        return list(made.values())

    def _add(self, step: Step) -> Step:
        """Enter a step, unless another one writes the same file."""
        refuse_unsafe_name(step.name, f"{step.source}:{step.line}")
        for path in (*step.products, step.record_path):
            other = self._writers.setdefault(path, step)
            if other is not step:
                raise UserError(
                    f"{step.source}:{step.line} and {other.source}:{other.line} both write "
                    f"{path.relative_to(self._places.root)}; rename one function, or give one figure a suffix"
                )
        self._steps[step.name] = step
        return step


def _several(cells: Sequence[Step]) -> Input:
    """The results of several cells, passed as a mapping from label to result."""
    names = tuple(cell.name for cell in cells)
    return Input(names, tuple(name.removeprefix(cells[0].base).removeprefix("/") for name in names))


def _of_cells(inputs: Sequence[Input]) -> Input:
    """The inputs of cells that run together, passed as a list."""
    steps = [name for source in inputs for name in source.steps]
    labels = [label for source in inputs for label in source.labels or source.steps]
    return Input(tuple(steps), tuple(labels), tuple(inputs))


def _label(cell: Mapping[str, Any]) -> str:
    """`network=vgg16,seed=0`: a file name on every system, different for different cells."""
    label = ",".join(f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in cell.items())
    safe = re.sub(r"[^\w.,=+-]", "_", label)
    if safe == label and len(safe) <= LABEL_LENGTH and len(safe.encode()) <= LABEL_BYTES:
        return safe
    beginning = safe[:100].encode()[: LABEL_BYTES - 20].decode(errors="ignore")
    return f"{beginning}-{sha256_bytes(label.encode())[:8]}"
