"""The discriminator's outputs at 64×64: does training take off (question 5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.curves import COLOURS, STARTED, falls_to_the_end, iterations_axis, line_by_seed, logarithmic
from experiments.gan.dcgan import dcgan_losses
from experiments.gan.sizes import DEMO_SETTINGS, SETTING_COLOURS, SETTINGS, dcgan_sizes, size_training, words
from experiments.gan.training import history_rows
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RUNAWAY = 0.001
"""A discriminator whose output for generated images, averaged over 20 iterations, falls below has run away."""


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
    caption="[In `size_losses.mnist_64.ran_away`{.value} of `dcgan_sizes.seeds`{.value} seeds the discriminator runs "
    'away from the generator at 64×64]{claim="size_losses.mnist_64.ran_away > 0"}; [with a fifth of the learning rate '
    'it does not]{claim="size_losses.mnist_64_slower.ran_away == 0"}. The discriminator\'s output for generated '
    "images, averaged over 20 iterations; one line for each seed. Below the dotted line, at 0.001, it has run away.",
    alt="Four panels of lines on the same logarithmic axis over the iterations. In three of them, MNIST at 32 by 32, "
    "at 64 by 64 with a slower discriminator, and scenes at 64 by 64, all lines stay near a tenth. Of those of MNIST "
    "at 64 by 64 one does, and two fall by orders of magnitude, of which one comes back.",
)
def size_losses_lines(results: pd.DataFrame, small: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """D(G(z)) over iterations, a panel for each kind and size of images."""
    from matplotlib import rcParams

    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    groups = {"mnist-32": small} | {
        str(name): rows for name, rows in results.groupby("setting", sort=False) if name != "scenes-32"
    }
    fig, axes = panels(len(groups), narrow=narrow, height=2.9, narrow_height=1.75, same_y=True)
    for axis, (name, rows) in zip(axes, groups.items(), strict=True):
        line_by_seed(axis, rows, "d_fake", SETTING_COLOURS.get(name, COLOURS["generated"]), "", linewidth=1)
        axis.axhline(RUNAWAY, color=rcParams["text.color"], linestyle=":", linewidth=1.3)
        logarithmic(axis, "y", few=True)
        iterations_axis(axis, results, few=not narrow)
        if not narrow:  # 1,500 and 3,000 would touch
            last = int(results["iteration"].max())
            axis.set_xticks([tick for tick in axis.get_xticks() if 0 < tick < 0.4 * last or tick == last])
            axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.set_title(words(name).replace(", d", ",\nd" if not narrow else ", d"), fontsize=10)
        if not narrow:
            axis.set_xlabel("iteration")
        elif axis is not axes[-1]:
            axis.set_xlabel("")
    for axis in axes if narrow else axes[:1]:
        axis.set_ylabel("D(G(z))")
    line_label(axes[0], (results["iteration"].max(), RUNAWAY), "run away", rcParams["text.color"], (0, -2), "right")
    fig.set_layout_engine("constrained", h_pad=0.07)
    return fig


@summary(size_losses, dcgan_sizes)
def size_losses_values(results: pd.DataFrame, sizes: pd.DataFrame) -> dict:
    """D(x) and D(G(z)) of each setting over the second half of training: mean, lowest and highest seed.

    "early" is D(G(z)) at iteration 200. "ran_away" counts the seeds in which D(G(z)), averaged over 20 iterations,
    falls below `RUNAWAY`; "came_back" those of them in which it is above 0.01 at the end; and "back" is the
    iteration after which it stays above `RUNAWAY`, the latest over these seeds. "started" counts the seeds whose
    Fréchet distance has been below `experiments.gan.curves.STARTED` times that before training; "nearest" is the lowest
    value of any seed at any moment, in units of that before training, and "falls_to_the_end" says whether every seed
    still gets closer to real images at the last measurement.

    "start_depends_on_seed" says that some seeds have started and others have not, and "some_come_back" that of those in
    which the discriminator has run away some have come back and others have not; false, that all seeds fare alike.
    "stalls_while_away" says that at no measurement at which the discriminator is away the Fréchet distance is below
    `STARTED` times that before training; false, that the generator learns all the same, or (None) that none is away.
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
            **_starts(sizes[sizes["setting"] == setting]),
            "stalls_while_away": _stalls(
                [
                    (run, sizes[(sizes["setting"] == setting) & (sizes["seed"] == seed)])
                    for (name, seed), run in runs.items()
                    if name == setting
                ]
            ),
        }
    return {"iterations": last, **found}


def _runaways(runs: list[pd.DataFrame]) -> dict:
    """See `size_losses_values`."""
    away = [run for run in runs if run["d_fake"].min() < RUNAWAY]
    back = [run for run in away if run["d_fake"].iloc[-1] > 0.01]
    returns = [run[run["d_fake"] < RUNAWAY]["iteration"].max() for run in back]
    some = 0 < len(back) < len(away)
    return {
        "ran_away": len(away),
        "came_back": len(back),
        "some_come_back": some,
        "back": max(returns, default=None),
    }


def _stalls(runs: list[tuple[pd.DataFrame, pd.DataFrame]]) -> bool | None:
    """See `size_losses_values`; for each run its losses, and its measurements."""
    distances: list[float] = []
    for losses, measured in runs:
        rows = measured.sort_values("iteration")
        outputs = pd.merge_asof(rows, losses.sort_values("iteration")[["iteration", "d_fake"]], on="iteration")
        away = outputs["d_fake"] < RUNAWAY
        distances += (outputs["frechet"] / outputs["frechet"].iloc[0])[away].tolist()
    return min(distances) >= STARTED if distances else None


def _starts(rows: pd.DataFrame) -> dict:
    """See `size_losses_values`."""
    runs = rows.sort_values("iteration").groupby("seed")["frechet"]
    nearest = runs.min() / runs.first()
    started = int((nearest < STARTED).sum())
    return {
        "started": started,
        "start_depends_on_seed": 0 < started < len(nearest),
        "nearest": nearest.min(),
        "falls_to_the_end": falls_to_the_end(rows),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
