"""Areas of squares and circles: small enough to be computed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(
    matrix={"shape": ["square", "circle", "blob"]},
    optional={"shape": ["blob"]},
    data=["outlines/{shape}"],
)
def areas(shape: str, count: int = 3) -> pd.DataFrame:
    """Area for each size."""
    factor = {"square": 1.0, "circle": 3.14159}[shape]
    sizes = [10**k for k in range(count)]
    return pd.DataFrame(
        {"shape": shape, "size": sizes, "area": [factor * s * s for s in sizes], "exact": shape == "square"}
    )


@figure(
    areas,
    caption="Areas of `len(areas.shapes)`{.value} shapes.",
    alt="Two rising lines.",
)
def area_curve(results: pd.DataFrame) -> Figure:
    """Area against size."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(6, 3))
    axis = fig.subplots()
    for shape, rows in results.groupby("shape"):
        axis.loglog(rows["size"], rows["area"], "o-", label=shape)
    axis.set(xlabel="size", ylabel="area")
    axis.legend()
    return fig


@figure(areas, suffix="bars", caption="The same as bars.", alt="Bars that grow.")
def area_bars(results: pd.DataFrame) -> Figure:
    """The largest areas."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(4, 3))
    axis = fig.subplots()
    largest = results.groupby("shape")["area"].max()
    axis.bar(largest.index, largest)
    return fig


@summary(areas)
def area_values(results: pd.DataFrame) -> dict:
    """What the text refers to."""
    largest = results.loc[results["area"].idxmax()]
    return {
        "shapes": list(results["shape"].unique()),
        "largest": {"shape": largest["shape"], "area": float(largest["area"])},
        "ratio": 3.14159,
        "drop": -0.25,
    }


@experiment(data=["clouds"])
def never(count: int = 1) -> pd.DataFrame:
    """An experiment that nobody has run."""
    return pd.DataFrame({"x": [1]})


@figure(never, caption="What nobody has measured.", alt="Nothing yet.")
def never_curve(results: pd.DataFrame) -> Figure:
    """Never drawn."""
    raise NotImplementedError
