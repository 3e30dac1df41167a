"""How fast does the mean of many measurements settle?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from tpdl import experiment, figure, progress, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure


@experiment(matrix={"law": ["uniform", "exponential"]}, demo={"repeats": 200})
def means(law: str, repeats: int = 4000, seed: int = 0) -> pd.DataFrame:
    """Spread of the mean of n draws, with its 95 % interval, beside the expected sigma / sqrt(n): one row for an n."""
    import numpy as np

    rng = np.random.default_rng(seed)
    laws: dict[str, tuple[Callable[..., np.ndarray], float]] = {
        "uniform": (rng.random, 12**-0.5),
        "exponential": (rng.standard_exponential, 1.0),
    }
    draw, sigma = laws[law]
    rows = []
    for n in progress([1, 2, 4, 8, 16, 32, 64, 128, 256], "sizes"):
        found = draw((repeats, n)).mean(axis=1)
        spread = found.std()
        # The standard error of a standard deviation, from the fourth moment: the noise need not be normal.
        fourth = ((found - found.mean()) ** 4).mean()
        margin = 1.96 * np.sqrt((fourth - spread**4) / repeats) / (2 * spread)
        row = {"n": n, "spread": spread, "low": spread - margin, "high": spread + margin, "theory": sigma / np.sqrt(n)}
        rows.append(row | {"repeats": repeats})
    return pd.DataFrame(rows)


@figure(
    means,
    caption="Spread of the mean of n draws, measured and expected.",
    alt="Two straight falling lines on logarithmic axes, one for each kind of noise; the measured points lie on them.",
)
def means_curve(results: pd.DataFrame) -> Figure:
    """Spread against n, both logarithmic."""
    from matplotlib.figure import Figure

    picture = Figure()
    axes = picture.subplots()
    for index, (law, rows) in enumerate(results.groupby("law", sort=False)):
        margin = (rows["high"] - rows["low"]) / 2
        axes.errorbar(rows["n"], rows["spread"], margin, fmt="o", capsize=3, color=f"C{index}", label=law)
        axes.plot(rows["n"], rows["theory"], "--", color=f"C{index}", linewidth=1.2)
    axes.set(xscale="log", yscale="log", xlabel="number of draws n", ylabel="spread of their mean")
    axes.legend()
    return picture


@summary(means)
def means_values(results: pd.DataFrame) -> dict:
    """What the text says about the results."""
    import numpy as np

    inside = (results["low"] <= results["theory"]) & (results["theory"] <= results["high"])
    return {
        "slope": {
            law: float(np.polyfit(np.log(rows["n"]), np.log(rows["spread"]), 1)[0])
            for law, rows in results.groupby("law")
        },
        "inside": int(inside.sum()),
        "points": len(results),
        "repeats": int(results["repeats"].iloc[0]),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
