"""A step: one function call whose result is kept, with everything the engine needs to know about it before it runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tpdl.charts import is_chart
from tpdl.files import sha256_bytes
from tpdl.plan.variants import VARIANTS
from tpdl.videos import STILLS
from tpdl.videos import SUFFIX as VIDEO

COLLECTED = (".csv", ".json")
"""Suffixes of the results that fit in the table of all cells; of several, the first in this order is collected."""

FIGURE_FORMATS = {"svg": "svg", "png": "png", "sheet": "sheet", "altair": "svg", "video": "mp4"}
"""What `format=` of a figure may say -> what the name of its step ends with."""
RULES = 2
"""The version of what decides, see `tpdl.fingerprint`. `tpdl.plan.upgrade` carries records of older ones over."""
Observed = dict[str, str | None]
"""What a step has opened, looked for, listed and imported; see `tpdl.plan.observed`."""
Kind = Literal["experiment", "table", "figure", "summary"]


@dataclass(frozen=True)
class Input:
    """What is passed as one argument: the result of one step, or the results of several cells by their label."""

    steps: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    """One for each step, where a mapping label -> result is passed; None where the single step's result is."""
    of_cells: tuple[Input, ...] = ()
    """Where cells run together, and each has an input of its own: these, in the order of the cells, passed as a list.
    `steps` and `labels` are then those of all of them."""


@dataclass(frozen=True)
class Step:
    """One node of the graph. The paths are absolute; the first product is the main one."""

    name: str
    kind: Kind
    base: str
    """The experiment it belongs to: the name without cell, suffix and file type. A diagram belongs to itself."""
    function: str
    """"module:qualname"; empty for a collected table, which the engine makes itself."""
    parameters: dict[str, Any]
    """Arguments that are JSON values; the others are in `inputs`."""
    inputs: dict[str, Input]
    """Argument -> the results that are passed."""
    data: tuple[str, ...]
    """Names of data sets and weights that the step reads."""
    products: tuple[Path, ...]
    record_path: Path
    source: str
    """Path of the module relative to the project's root."""
    line: int
    """The line of `def` in it."""
    uses: tuple[str, ...] = ()
    """What the source does not show: "module:symbol" or "module"."""
    files: tuple[str, ...] = ()
    """Patterns of files that it reads, relative to the project's folder."""
    caption: str = ""
    alt: str = ""
    optional: bool = False
    """It may stay unmeasured."""
    local: bool = False
    """It is a large intermediate, which is not committed."""
    may_be_missing: tuple[str, ...] = ()
    """Columns or keys of the result that may hold NaN."""
    cell: dict[str, Any] = field(default_factory=dict)
    """The parameters that tell the cells of one experiment apart."""
    together: tuple[str, ...] = ()
    """The names of the cells that one process measures together, this one among them; empty for a step on its own. All
    of them have the same inputs, data and files: those of all."""
    group: dict[str, list[Any]] = field(default_factory=dict)
    """Parameter in which these cells differ -> its value in each, in their order."""
    place: int | None = None
    """Which of these cells it is, where it runs on its own all the same; None where it runs with the others."""
    timeout: float | None = None
    """Seconds that it may take; None for any number. This and what follows decide no result."""
    memory: int | None = None
    """Bytes of main memory that it may use, with everything it starts."""
    gpu_memory: int | None = None
    """Bytes of a GPU's memory that it needs."""
    device: str = ""
    """"gpu" where it uses one, if there is one."""
    problem: str = ""
    """Why its declaration cannot be read now, as one line. Then the step is what its record says, and cannot run."""

    @property
    def may_run_alone(self) -> bool:
        """Whether it runs together with other cells for the sake of a GPU, and on its own where there is none."""
        return bool(self.group and (self.device or self.gpu_memory))

    @property
    def lists(self) -> dict[str, list[Any]]:
        """Parameters that the function gets as lists, with one value for each cell that it is to measure."""
        if self.place is None:
            return {name: list(values) for name, values in self.group.items()}
        return {name: [values[self.place]] for name, values in self.group.items()}

    def alone(self) -> Step:
        """This one of several cells on its own; its function gets lists of one, and of its inputs those of the cell."""
        place = self.together.index(self.name)
        inputs = {
            argument: replace(source, of_cells=source.of_cells[place : place + 1])
            for argument, source in self.inputs.items()
        }
        return replace(self, inputs=inputs, together=(), place=place)

    @property
    def is_diagram(self) -> bool:
        """Whether it is a figure that is drawn from no results."""
        return self.kind == "figure" and not self.inputs

    @property
    def product(self) -> Path:
        """The main product."""
        return self.products[0]

    @property
    def pictures(self) -> dict[str, Path]:
        """Variant -> the picture of a figure that is drawn: "light", "dark", and two more where it is for phones, too.

        Of a video the frame that it begins with, of a sheet nothing.
        """
        if self.product.suffix == VIDEO:
            return {"light": self.products[1]}
        drawn = [path for path in self.products if path.suffix in (".svg", ".png")]
        return dict(zip(VARIANTS, drawn, strict=False))  # two of the four where no drawing is for narrow pages

    @property
    def charts(self) -> dict[str, Path]:
        """ "wide" and "narrow" -> what a page makes an interactive chart of, if the figure is one."""
        return dict(zip(("wide", "narrow"), filter(is_chart, self.products), strict=False))

    @property
    def stills(self) -> dict[str, Path]:
        """Which -> the frames of a video that paper shows in its place, if the figure is one."""
        return dict(zip(STILLS, self.products[1:], strict=False)) if self.product.suffix == VIDEO else {}

    def product_of(self, *suffixes: str) -> Path | None:
        """The first product with one of the suffixes, `.csv` for instance, in the order in which they are given."""
        return next((path for suffix in suffixes for path in self.products if path.suffix == suffix), None)

    @property
    def wiring(self) -> dict[str, Any]:
        """Argument -> the step whose result it gets; a list where it gets those of several, in their order."""
        return {
            argument: list(source.steps) if source.labels is not None else source.steps[0]
            for argument, source in self.inputs.items()
        }

    @property
    def upstream(self) -> list[str]:
        """The names of the steps whose results this one needs."""
        return [name for source in self.inputs.values() for name in source.steps]


@dataclass(frozen=True)
class Fingerprint:
    """What decides whether a result is still the result: code, parameters, inputs and data, by content."""

    parameters: dict[str, Any]
    symbols: dict[str, str]
    """Symbol -> hash, see `tpdl.fingerprint.Sources.closure`."""
    inputs: dict[str, dict[str, str]]
    """Step -> file name -> SHA-256."""
    data: dict[str, str]
    """Data set -> SHA-256."""
    wiring: dict[str, Any] = field(default_factory=dict)
    """Argument -> the step whose result it gets; a list where it gets those of several, in their order."""
    rules: int = RULES
    """The version of the rules that it was taken under."""
    files: dict[str, str] = field(default_factory=dict)
    """Path of a file that the declaration names, relative to the project's folder -> SHA-256."""
    observed: Observed = field(default_factory=dict)
    """What the step was seen to depend on while it ran, beyond all that."""
    together: dict[str, list[Any]] = field(default_factory=dict)
    """Of a cell that was measured together with others: parameter -> its value in each of them."""

    def digest(self) -> str:
        """16 hexadecimal digits that stand for all of it."""
        value = {key: each for key, each in vars(self).items() if each or key not in ("files", "observed", "together")}
        return sha256_bytes(json.dumps(value, sort_keys=True).encode())[:16]
