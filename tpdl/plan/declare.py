"""The decorators of an experiment module.

They return the function unchanged: a decorated function is called, tested and debugged like any other. The engine reads
the arguments from the source (see `tpdl.fingerprint`), without importing the module, so they must be literals,
names of constants, names of other step functions, or pure expressions of these, such as `[10.0**e for e in range(3)]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def experiment(
    *,
    matrix: Mapping[str, Sequence[Any]] | None = None,
    cases: Mapping[str, Mapping[str, Any]] | None = None,
    search: Mapping[str, Any] | None = None,
    draws: int = 0,
    search_seed: int = 0,
    demo: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Callable[..., Any]] | None = None,
    data: Sequence[str] = (),
    together: Sequence[str] = (),
    optional: Mapping[str, Sequence[Any]] | None = None,
    uses: Sequence[str] = (),
    files: Sequence[str] = (),
    local: bool = False,
    may_be_missing: Sequence[str] = (),
    timeout: float | str | None = None,
    memory: int | str | None = None,
    gpu_memory: int | str | None = None,
    device: str | None = None,
) -> Callable[[Function], Function]:
    """Declare a step that measures.

    Examples:
        One step for each value of `n`, and one table of all of them:

        >>> import numpy as np
        >>> import pandas as pd
        >>> from tpdl import experiment
        >>> @experiment(matrix={"n": [10, 1000]}, demo={"n": [5]})
        ... def means(n: int, seed: int = 0) -> pd.DataFrame:
        ...     draws = np.random.default_rng(seed).random((3, n))
        ...     return pd.DataFrame({"mean": draws.mean(axis=1)})

        It stays the function that it was, to be called, tested and debugged:

        >>> means(n=1000).round(2)
           mean
        0  0.52
        1  0.48
        2  0.50

        In `experiments/noise/means.py` its steps are `noise/means/n=10` and `noise/means/n=1000`, and the table is
        `figures/noise/means.csv`.

    Its return annotation decides the product: `pd.DataFrame` a CSV, `dict` a JSON file, `Arrays` an NPZ file,
    `Images` a folder of images; a tuple of these, `tuple[pd.DataFrame, Arrays]`, one product for each. A table comes
    back with the types that it had; an index that is not 0, 1, 2, … is refused.

    Cells that are alike can be measured by one call, several seeds of one setting for instance, stacked on a GPU. The
    parameters that `together` names come as lists, one value for each cell, and the function returns a list of results:

        >>> @experiment(matrix={"n": [10, 1000], "seed": [0, 1, 2]}, together=["seed"])
        ... def spread(n: int, seed: list[int]) -> list[dict]:
        ...     draws = [np.random.default_rng(each).random(n) for each in seed]
        ...     return [{"spread": float(each.std())} for each in draws]
        >>> len(spread(n=1000, seed=[0, 1, 2]))
        3

    Args:
        matrix: parameter -> values; one step, a *cell*, for each combination. Values may be pure expressions: `range`,
            comprehensions, `10.0 ** e`, `np.logspace`.
        cases: name -> parameters that go together; a cell for each, called after the case, and for each combination of
            the matrix. A parameter `case` of the function gets the name.
        search: parameter -> what is drawn from: a list, `("uniform", low, high)`, `("log", low, high)` or `("integers",
            low, high)`; a cell for each draw, and for each combination of the matrix.
        draws: how many combinations are drawn. With more of them the first stay as they are; the demo profile has
            three at most.
        search_seed: of the draws.
        demo: what differs in the demo profile: a list replaces an axis of the matrix, anything else replaces a default.
        inputs: argument -> experiment whose result is passed. Cells are matched by the matrix parameters both have;
            where the input has more, its collected table is passed.
        data: names in the data catalogue, compared by content. `{parameter}` is replaced by the cell's value.
        together: parameters of the matrix whose cells one process measures together. They come as lists, as does an
            input whose cells they tell apart; each cell keeps a result and a record of its own, and when one of them
            has to run, all of them do. With `device="gpu"` that is so where there is a GPU; elsewhere each cell runs
            on its own, with lists of one.
        optional: parameter -> values of cells that may stay unmeasured, because their data cannot be had everywhere.
        uses: "module:symbol" or "module" that the source does not show (registries, `getattr`).
        files: patterns of files that it reads, relative to the project's folder, as "data/*.csv"; they are compared by
            name and content. What Python code opens is noticed without; this is for programs and compiled libraries.
        local: a large intermediate, kept under `.tpdl/`; only its record lies beside the figures.
        may_be_missing: columns (or keys) that may hold NaN; anywhere else NaN is an error. What was refused for it is
            kept, and taken up when the column is named here; see `tpdl run --keep-nan`.
        timeout: seconds that a step may take, or text such as "2h"; one that takes longer is ended, and has failed.
        memory: bytes of main memory that a step may use with everything it starts, or text such as "4GB".
        gpu_memory: bytes of a GPU's memory that a step needs, or text: as many run on one at a time as fit. It need not
            be exact, and is not watched.
        device: "gpu" for a step that uses a GPU where there is one. Without `gpu_memory` it needs what it used the last
            time, see the setting `device_memory`, and before that is known a whole GPU.
    """
    return lambda function: function


def figure(
    *experiments: Callable[..., Any],
    caption: str = "",
    alt: str = "",
    suffix: str = "",
    format: str = "svg",
    uses: Sequence[str] = (),
    files: Sequence[str] = (),
) -> Callable[[Function], Function]:
    """Declare a step that draws: results in, one argument for each experiment; a matplotlib figure out, or a chart.

    Examples:
        >>> import pandas as pd
        >>> from matplotlib.figure import Figure
        >>> from tpdl import experiment, figure
        >>> @experiment()
        ... def squares(n: int = 4) -> pd.DataFrame:
        ...     return pd.DataFrame({"x": range(n), "y": [x * x for x in range(n)]})
        >>> @figure(squares, caption="Squares.", alt="A curve that rises faster and faster.")
        ... def squares_curve(results: pd.DataFrame) -> Figure:
        ...     picture = Figure()
        ...     axes = picture.subplots()
        ...     axes.plot(results["x"], results["y"])
        ...     return picture
        >>> len(squares_curve(squares()).axes)
        1

        A chapter shows it as `![Squares.](../figures/squares.svg){#fig-squares}`.

        A diagram, which shows how something works, needs no results. It is called after its function, as an experiment
        is: this one is `figures/pipeline.svg`.

        >>> @figure(caption="Results in, pictures out.", alt="Results, an arrow, and pictures.")
        ... def pipeline() -> Figure:
        ...     picture = Figure(figsize=(7.2, 1))
        ...     _ = picture.text(0.5, 0.5, "results → pictures", ha="center")
        ...     return picture

    It is called twice, under a light and a dark theme, so colours of text and axes come from `rcParams`. A function
    with a parameter `narrow` is called twice more, with True, and then draws for pages as narrow as a phone.

    Args:
        experiments: whose results are passed, in this order; none for a diagram.
        caption: used where the document gives none.
        alt: what a reader who cannot see the picture needs to know.
        suffix: of the product's name, for a second picture of one experiment: letters, digits, and `. _ , = + -`.
        format: "svg" or "png" for a figure of matplotlib; "sheet" for images in a grid: the function then returns a
            `Sheet`; "altair" for an Altair chart, interactive on the page; "video" for a `Video`.
        uses: as for `experiment`.
        files: as for `experiment`.
    """
    return lambda function: function


def summary(
    *experiments: Callable[..., Any], uses: Sequence[str] = (), files: Sequence[str] = ()
) -> Callable[[Function], Function]:
    """Declare a step that derives, from results, the named JSON values that the text of the report refers to.

    Examples:
        >>> import pandas as pd
        >>> from tpdl import experiment, summary
        >>> @experiment()
        ... def squares(n: int = 4) -> pd.DataFrame:
        ...     return pd.DataFrame({"x": range(n), "y": [x * x for x in range(n)]})
        >>> @summary(squares)
        ... def squares_values(results: pd.DataFrame) -> dict:
        ...     return {"largest": int(results["y"].max())}
        >>> squares_values(squares())
        {'largest': 9}

        A chapter says `` `squares.largest`{.value} ``, or claims `[none is above ten]{claim="squares.largest <= 10"}`.

    Args:
        experiments: whose results are passed, in this order.
        uses: as for `experiment`.
        files: as for `experiment`.
    """
    return lambda function: function
