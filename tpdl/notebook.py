"""Results and pictures where somebody looks into them: a notebook, or an interactive Python.

import tpdl
tpdl.load("svm/grid")            # a DataFrame
tpdl.load("svm/grid.svg")        # shows the picture
tpdl.project()                   # a table of all steps and their states
"""

from __future__ import annotations

import base64
import os
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from tpdl.plan.plan import Plan
    from tpdl.plan.step import Step


COLUMNS = ["step", "kind", "state", "why", "made", "seconds"]
"""Of the table of steps; behind them stand the parameters of cells."""


class Drawing:
    """A picture that a notebook shows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """The file."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        content = self.path.read_bytes()
        if self.path.suffix == ".svg":
            return {"image/svg+xml": content.decode()}
        if self.path.suffix == ".mp4":
            address = f"data:video/mp4;base64,{base64.b64encode(content).decode()}"
            return {"text/html": f'<video src="{address}" controls muted loop playsinline></video>'}
        return {"image/png": content}

    def __repr__(self) -> str:
        return f"Drawing({os.fspath(self.path)!r})"


class Opened:
    """A project, as `project` returns it. A notebook shows the table of its steps."""

    def __init__(self, folder: str | os.PathLike[str] = ".", profile: str = "full") -> None:
        from tpdl.plan.project import Project

        self._project, self._profile = Project.find(Path(folder)), profile
        self.root = self._project.root
        """The project's folder."""

    @cached_property
    def _plan(self) -> Plan:
        from tpdl.plan.plan import read_plan

        return read_plan(self._project, self._profile)

    @property
    def steps(self) -> pd.DataFrame:
        """A row for each step: its name, kind, state and why, when it was made, how long that took, its parameters.

        The states are those of this moment.
        """
        import pandas as pd

        from tpdl.plan.facts import read_facts
        from tpdl.plan.plan import read_plan
        from tpdl.plan.record import Record, read_record
        from tpdl.plan.status import judge_all

        plan = read_plan(self._project, self._profile)
        states = judge_all(plan, read_facts(plan))
        rows = []
        for name, step in plan.steps.items():
            record = read_record(step.record_path)
            happened = record.happened if isinstance(record, Record) else {}
            rows.append(
                {"step": name, "kind": step.kind, "state": states[name].state, "why": "; ".join(states[name].reasons)}
                | {"made": happened.get("made"), "seconds": happened.get("seconds")}
                | step.cell
            )
        return pd.DataFrame(rows, columns=None if rows else COLUMNS).set_index("step")

    def load(self, name: str) -> Any:
        """The result called `name`; see `tpdl.load`."""
        from tpdl.cells import Cells
        from tpdl.errors import UserError
        from tpdl.nearest import nearest

        steps = self._plan.steps
        if name in steps:
            return self._result(steps[name])
        cells = [step for step in steps.values() if step.base == name and step.kind == "experiment"]
        if not cells:
            known = [*steps, *dict.fromkeys(step.base for step in steps.values())]
            raise UserError(f"there is no result {name!r} in {self.root}; {nearest(name, known)}")
        there = {step.name.removeprefix(f"{name}/"): step for step in cells if step.product.exists()}
        parameters = {label: step.cell for label, step in there.items()}
        return Cells({label: self._result(step) for label, step in there.items()}, parameters)

    def _result(self, step: Step) -> Any:
        from tpdl.plan.facts import read_facts
        from tpdl.plan.record import Record, read_record
        from tpdl.plan.status import judge_all
        from tpdl.run.products import load

        state = judge_all(self._plan, read_facts(self._plan))[step.name]
        if state.state != "fresh" and step.product.exists():
            warnings.warn(f"{step.name} is {state.state}: {'; '.join(state.reasons)}", stacklevel=4)
        if step.kind == "figure":
            return Drawing(step.product)
        record = read_record(step.record_path)
        results = tuple(load(path, record.columns if isinstance(record, Record) else {}) for path in step.products)
        return results[0] if len(results) == 1 else results

    def _repr_html_(self) -> str:
        return str(self.steps.to_html())

    def __repr__(self) -> str:
        return f"{self.root}\n{self.steps['state'].value_counts().to_string()}"


def project(folder: str | os.PathLike[str] = ".", profile: str = "full") -> Opened:
    """The project that a folder lies in, to look at in a notebook.

        lab = tpdl.project()
        lab                                     # the table of all steps
        lab.steps.query("state != 'fresh'")     # what a run would do
        lab.load("svm/grid")

    Examples:
        >>> from pathlib import Path
        >>> import tpdl
        >>> Path("experiments").mkdir(exist_ok=True)
        >>> step = "from tpdl import experiment\\n\\n@experiment()\\ndef dice() -> dict: ...\\n"
        >>> _ = Path("experiments/dice.py").write_text(step)
        >>> tpdl.project().steps["state"].to_dict()
        {'dice': 'missing'}

    Args:
        folder: in the project, by default the current one.
        profile: "full" or "demo".

    Raises:
        UserError: it lies in no project.
    """
    return Opened(folder, profile)


def load(name: str, profile: str = "full") -> Any:
    """The result of a step of the project that the current folder lies in, as a step that needs it gets it.

        tpdl.load("svm/grid")                   # the collected table: a DataFrame
        tpdl.load("svm/grid/C=1.0")             # one cell
        tpdl.load("svm/grid.values")            # a dictionary
        tpdl.load("svm/grid.svg")               # the picture, which a notebook shows
        tpdl.load("net/training")               # cells of arrays: `tpdl.Cells`

    A result that is not fresh comes with a warning that says why, and a name that is not there with the nearest:

    Examples:
        >>> from pathlib import Path
        >>> import tpdl
        >>> Path("experiments").mkdir(exist_ok=True)
        >>> step = "from tpdl import experiment\\n\\n@experiment()\\ndef dice() -> dict: ...\\n"
        >>> _ = Path("experiments/dice.py").write_text(step)
        >>> tpdl.load("dise")
        Traceback (most recent call last):
        tpdl.errors.UserError: there is no result 'dise' in ...; did you mean `dice`?

    Args:
        name: of the step, or of an experiment whose cells are collected in no table.
        profile: "full" or "demo".

    Raises:
        UserError: there is no such step.
        StepError: it was not measured.
    """
    return Opened(profile=profile).load(name)
