"""Conditional against unconditional training: which gets further, per iteration and per operation (question 8)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.cdcgan import cdcgan
from experiments.gan.classifier import real_measures
from experiments.gan.curves import curve_by_seed, floor, iterations_axis, logarithmic, over_seeds
from experiments.gan.dcgan import dcgan
from experiments.gan.unconditioned import unconditioned_discriminator
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NETWORKS = {
    "unconditional": "unconditional, the lab's size",
    "conditional-narrow": "conditional, the same size",
    "conditional": "conditional, the lab's size",
}


@experiment(
    inputs={"unconditional": dcgan, "narrow": unconditioned_discriminator, "wide": cdcgan},
    demo={"width": 8, "narrow_width": 8, "wide_width": 16},
    may_be_missing=["agreement"],
)
def convergence(
    unconditional: pd.DataFrame,
    narrow: pd.DataFrame,
    wide: pd.DataFrame,
    width: int = 32,
    narrow_width: int = 32,
    wide_width: int = 128,
) -> pd.DataFrame:
    """The quality measures of three networks, one row for each network, seed and measurement.

    `teraflop` counts the floating-point operations of training so far; it does not depend on the machine. `seconds` is
    the time so far, on a machine that also did other work.
    """
    from experiments.lab.methods.adversarial_training import Setting
    from experiments.lab.methods.training_flops import training_flops
    from experiments.lab.nets.cdcgan import ConditionalDiscriminator, ConditionalGenerator
    from experiments.lab.nets.dcgan import Discriminator, Generator

    conditional = [
        (ConditionalGenerator(width=wanted), ConditionalDiscriminator(wanted // 2))
        for wanted in (narrow_width, wide_width)
    ]
    pairs = dict(zip(NETWORKS, [(Generator(width=width), Discriminator(width)), *conditional], strict=True))
    measured = dict(zip(NETWORKS, (unconditional, narrow[narrow["sees_class"]], wide), strict=True))
    columns = ["iteration", "seed", "seconds", "frechet", "confidence", "diversity", "effective_classes", "agreement"]
    parts = []
    for network, (generator, discriminator) in pairs.items():
        work = training_flops(generator, discriminator) * Setting().batch
        rows = measured[network].reindex(columns=columns)
        rows.insert(0, "network", network)
        parts.append(rows.assign(teraflop=rows["iteration"] * work / 1e12))
    return pd.concat(parts, ignore_index=True)


@figure(
    convergence,
    real_measures,
    caption="Fréchet distance against iterations (left) and against floating-point operations (right). Line: mean over "
    "seeds; band: lowest and highest seed; dashed: real digits.",
    alt="Two panels of curves for three networks, which fall, those of the conditional networks with a plateau, over "
    "iterations on the left and over operations on a logarithmic axis on the right, with a dashed line for real digits "
    "below.",
)
def convergence_curves(results: pd.DataFrame, real: pd.DataFrame) -> Figure:
    """Fréchet distance over iterations and over operations."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.2, 3.8))
    axes = fig.subplots(1, 2, sharey=True)
    for axis, over in zip(axes, ("iteration", "teraflop"), strict=True):
        for colour, (network, label) in zip(("C0", "C1", "C4"), NETWORKS.items(), strict=True):
            rows = results[(results["network"] == network) & (results[over] > 0 if over == "teraflop" else True)]
            curve_by_seed(axis, rows, "frechet", colour, label, over)
        floor(axis, real["frechet"])
    iterations_axis(axes[0], results)
    axes[0].set_ylabel("Fréchet distance")
    axes[1].set_xlabel("arithmetic in 10¹² operations")
    logarithmic(axes[0], "y")
    logarithmic(axes[1], "x")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


@summary(convergence)
def convergence_values(results: pd.DataFrame) -> dict:
    """Each network at its end, at the last iteration that all share, and on reaching a common distance.

    The common distance is the one that both of the lab's sizes reach; a narrow network that never reaches it has None.
    "before" is the distance, averaged over seeds, after half of the shared iterations; "worst_before" that of the seed
    that is worst at the end, at the last measurement but one.
    """
    ends = {}
    shared = max(set.intersection(*(set(rows["iteration"]) for _, rows in results.groupby("network"))))
    means = results.groupby(["network", "iteration"])["frechet"].mean()
    reached = float(means.loc[["unconditional", "conditional"]].groupby("network").min().max())
    for network, rows in results.groupby("network", sort=False):
        mean = rows.groupby("iteration")[["frechet", "teraflop"]].mean()
        within = mean[mean["frechet"] <= reached]
        ends[str(network).replace("-", "_")] = {
            "end": over_seeds(rows[rows["iteration"] == rows["iteration"].max()].dropna(axis=1)),
            "shared": over_seeds(rows[rows["iteration"] == shared].dropna(axis=1)),
            "worst_before": _worst_before(rows),
            "before": mean[mean.index <= shared / 2]["frechet"].iloc[-1],
            "iterations_to_shared_distance": within.index[0] if len(within) else None,
            "teraflop_to_shared_distance": within["teraflop"].iloc[0] if len(within) else None,
            "teraflop": rows["teraflop"].max(),
            "gigaflop_an_image": 1000 * rows["teraflop"].max() / rows["iteration"].max() / 128,
            "minutes": rows["seconds"].max() / 60,
        }
    return {"shared_iteration": shared, "shared_distance": reached, "by_network": ends}


def _worst_before(rows: pd.DataFrame) -> float:
    by = rows.sort_values("iteration").pivot(index="iteration", columns="seed", values="frechet")
    return by[by.iloc[-1].idxmax()].iloc[-2]


if __name__ == "__main__":
    tpdl.main(__file__)
