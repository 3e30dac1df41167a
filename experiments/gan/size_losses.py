"""The discriminator's outputs at 64×64: does training take off (question 5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.curves import iterations_axis, line_by_seed
from experiments.gan.dcgan import dcgan_losses
from experiments.gan.sizes import DEMO_SETTINGS, SETTINGS, size_training, words
from experiments.gan.training import history_rows
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(
    matrix={"setting": SETTINGS, "seed": [0, 1, 2]},
    inputs={"training": size_training},
    demo={"setting": DEMO_SETTINGS, "seed": [0]},
)
def size_losses(setting: str, seed: int, training: Arrays) -> pd.DataFrame:
    """Both losses, D(x) and D(G(z)), averaged over 20 iterations each."""
    return pd.DataFrame(history_rows(training, setting=setting, seed=seed))


@figure(
    size_losses,
    dcgan_losses,
    caption="The discriminator's output for generated images, averaged over 20 iterations; one line for each seed.",
    alt="Lines on a logarithmic axis over the iterations, in one colour for each kind and size of image. Most stay "
    "near a tenth; of the lines of MNIST at 64 by 64 one does, and two fall by orders of magnitude, of which one comes "
    "back.",
)
def size_losses_lines(results: pd.DataFrame, small: pd.DataFrame) -> Figure:
    """D(G(z)) over iterations."""
    from matplotlib.figure import Figure

    groups = {"MNIST, 32×32": small} | {
        words(str(name)): rows for name, rows in results.groupby("setting", sort=False) if name != "scenes-32"
    }
    fig = Figure(figsize=(7.2, 3.8))
    axis = fig.subplots()
    for colour, (label, rows) in zip(("C2", "C0", "C3", "C4"), groups.items(), strict=False):
        line_by_seed(axis, rows, "d_fake", colour, label, linewidth=1)
    axis.set_yscale("log")
    iterations_axis(axis, results)
    axis.set_ylabel("D(G(z))")
    fig.legend(loc="outside upper center", ncols=2)
    return fig


@summary(size_losses)
def size_losses_values(results: pd.DataFrame) -> dict:
    """D(x) and D(G(z)) of each setting over the second half of training: mean, lowest and highest seed.

    "early" is D(G(z)) at iteration 200. "ran_away" counts the seeds in which D(G(z)), averaged over 20 iterations,
    falls below 0.001; "came_back" those of them in which it is above 0.01 at the end; and "back" is the iteration after
    which it stays above 0.001, the latest over these seeds.
    """
    last, found = results["iteration"].max(), {}
    early = results[results["iteration"] == min(200, last)].groupby("setting")["d_fake"]
    late = results[results["iteration"] > last / 2].groupby(["setting", "seed"])[["d_real", "d_fake"]].mean()
    runs = {name: rows.sort_values("iteration") for name, rows in results.groupby(["setting", "seed"])}
    for setting, rows in late.groupby("setting"):
        found[str(setting).replace("-", "_")] = {
            **{name: rows[name].mean() for name in rows},
            **{f"lowest_{name}": rows[name].min() for name in rows},
            **{f"highest_{name}": rows[name].max() for name in rows},
            **_runaways([run for (name, _), run in runs.items() if name == setting]),
            "early": {"lowest": early.min()[setting], "highest": early.max()[setting]},
        }
    return {"iterations": last, **found}


def _runaways(runs: list[pd.DataFrame]) -> dict:
    """See `size_losses_values`."""
    away = [run for run in runs if run["d_fake"].min() < 0.001]
    back = [run for run in away if run["d_fake"].iloc[-1] > 0.01]
    returns = [run[run["d_fake"] < 0.001]["iteration"].max() for run in back]
    return {"ran_away": len(away), "came_back": len(back), "back": max(returns, default=None)}


if __name__ == "__main__":
    tpdl.main(__file__)
