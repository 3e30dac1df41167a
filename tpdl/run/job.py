"""What is handed to whoever carries out a step, and what comes back: text and numbers, no pickled function.

Example:
    job = Job.from_json(text)
    Outcome(step=job.step.name, seconds=1.4)
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

from tpdl.plan.places import Places
from tpdl.plan.step import Fingerprint, Input, Step


@dataclass(frozen=True)
class Job:
    """All that is needed to carry out one step."""

    root: str
    """The project's folder."""
    profile: str
    step: Step
    fingerprint: Fingerprint
    """What decides the result. It was taken before anything of the project was imported."""
    input_products: dict[str, list[str]]
    """Step -> paths of its products."""
    input_cells: dict[str, dict[str, Any]]
    """Step -> the parameters that tell it from its sister cells."""
    data_root: str
    """Where data sets and weights lie."""
    commit: str | None
    """The commit that is checked out, for the record; see `tpdl.git.head`."""
    libraries: dict[str, str]
    """Import name -> distribution, of the libraries whose versions the record is to name."""
    device: str = ""
    """"module:function" of the project that names the device; see `[tool.tpdl] device`."""
    preload: tuple[str, ...] = ()
    """Libraries that the process which the step is forked from has imported; see `[tool.tpdl] preload`."""
    snapshot: str = ""
    """The snapshot that the step's modules are imported from; see `tpdl.run.snapshot`. Empty: from where they lie."""
    foreseen: dict[str, str] = field(default_factory=dict)
    """Module -> path of its source, of those that the fingerprint knows to be imported; see `tpdl.run.observed`."""
    stand_ins: tuple[str, ...] = ()
    """Files and folders of modules that decide nothing."""
    data_paths: tuple[str, ...] = ()
    """Files and folders of the data sets that the step declares."""
    data_sets: dict[str, str] = field(default_factory=dict)
    """Name -> folder, of those among them that the settings declare; see `tpdl.data.data_folder`."""
    timeout: float | None = None
    """Seconds that the step may take."""
    memory: int | None = None
    """Bytes of main memory that the step may use, with everything it starts."""

    keep_nan: bool = False
    """NaN and infinity are results, wherever the step returns them."""
    again: bool = False
    """The step is to run, even where an earlier run has kept what it measured."""
    needed: bool = True
    """It has to run; False for a cell that is fresh, and runs with others of its group."""
    together: tuple[Job, ...] = ()
    """The jobs of the other cells that the same call of the function measures."""
    environment: dict[str, str] = field(default_factory=dict)
    """Environment variables: the GPU that the step may use."""
    device_memory: str = ""
    """"module:function" of the project that says how much of a GPU was used; see `[tool.tpdl] device_memory`."""

    @property
    def cells(self) -> list[Job]:
        """Of each cell that is measured, in their order: the job itself comes first."""
        return [self, *self.together]

    @property
    def places(self) -> Places:
        """Where the profile's files lie."""
        return Places(Path(self.root), self.profile)

    def to_json(self) -> str:
        """The job as JSON text."""
        return json.dumps(self, default=lambda value: vars(value) if is_dataclass(value) else os.fspath(value))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job that `to_json` wrote."""
        return cls._from_value(json.loads(text))

    @classmethod
    def _from_value(cls, value: dict[str, Any]) -> Job:
        step = value["step"]
        step["products"] = tuple(Path(path) for path in step["products"])
        step["record_path"] = Path(step["record_path"])
        for key in ("data", "uses", "files", "may_be_missing", "together"):
            step[key] = tuple(step[key])
        step["inputs"] = {argument: _input(source) for argument, source in step["inputs"].items()}
        value["together"] = tuple(cls._from_value(each) for each in value["together"])
        for key in ("preload", "stand_ins", "data_paths"):
            value[key] = tuple(value[key])
        return cls(**value | {"step": Step(**step), "fingerprint": Fingerprint(**value["fingerprint"])})


def _input(value: dict[str, Any]) -> Input:
    labels = None if value["labels"] is None else tuple(value["labels"])
    return Input(tuple(value["steps"]), labels, tuple(map(_input, value["of_cells"])))


@dataclass
class Outcome:
    """How a job ended."""

    step: str
    seconds: float
    message: str | None = None
    """What went wrong, in one line; None when the step delivered."""
    changed: bool = True
    """Whether the product differs from the one that was there before."""
    moved: list[str] | None = None
    """Symbols whose source changed while the step ran, so that the product is out of date already."""
    unseen: list[str] | None = None
    """In the tracing mode: project functions that were executed and that the fingerprint does not know."""
    surprise: str = ""
    """Where the result is another one, though nothing that decides it has changed: what may be behind it."""
    kept: list[str] = field(default_factory=list)
    """Products that somebody had edited, set aside before they were replaced: where they lie now."""
    large: dict[str, int] = field(default_factory=dict)
    """Products that are to be committed and are larger than `tpdl.run.products.LARGE`: path -> size in bytes."""
    warnings: list[str] = field(default_factory=list)
    """What the step did that nobody could watch, or that is a mistake, a line each; see `tpdl.run.observed`."""
    taken_up: str = ""
    """When the result was measured, if that was in an earlier run, whose result was refused then."""
    out_of_memory: str = ""
    """What the step has run out of, if it failed for that: "memory", or "device memory"."""
    others: list[Outcome] = field(default_factory=list)
    """How the other cells ended that the same call has measured."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Outcome:
        """The outcome whose fields are `value`, as JSON brings them back."""
        return cls(**value | {"others": [cls.from_json(each) for each in value.get("others", [])]})


@dataclass
class Answer:
    """How the process of a step has ended."""

    outcome: dict[str, Any] | None = None
    """What it has said of itself, the fields of `Outcome`; None where it did not come to that."""
    code: int | None = None
    """Its exit code; that of a signal is negative."""
    limit: str = ""
    """The limit that it has exceeded, in words."""
    asked: bool = False
    """It was ended because nobody wanted it any more."""
