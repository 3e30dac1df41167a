"""Conditional against unconditional training: which gets further, per iteration and per operation (question 8)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.cdcgan import cdcgan
from experiments.gan.classifier import real_measures
from experiments.gan.curves import COLOURS, floor, iterations_axis, logarithmic, over_seeds
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
    caption="[The condition pays in the lab's large network only: at equal size every conditional seed ends behind "
    'every unconditional one.]{claim="convergence.by_network.conditional.shared.highest_frechet < '
    "convergence.by_network.unconditional.shared.lowest_frechet and "
    "convergence.by_network.conditional_narrow.shared.lowest_frechet > "
    'convergence.by_network.unconditional.shared.highest_frechet"} Fréchet distance after equally many batches, each '
    "seed a dot and their mean a ring, and on the way there, against iterations and against floating-point "
    "operations: thick line: mean over seeds; thin lines: each seed; band: lowest to highest seed. Dashed: real "
    "digits.",
    alt="Three panels for three networks. First the seeds at the end as dots: those of the large conditional network "
    "are nearest to the dashed line of real digits, then those of the unconditional one, and farthest those of the "
    "conditional one of the same size. Then curves that fall, those of the conditional networks with a plateau: over "
    "iterations, and over operations on a logarithmic axis, where the large network is far to the right.",
)
def convergence_curves(results: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Fréchet distance at the end, and over iterations and operations."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    fig, (ends, *axes) = panels(3, narrow=narrow, height=3.4, narrow_height=2.3, ratios=(1.15, 1, 1))
    colours = dict(
        zip(NETWORKS, (COLOURS["generated"], COLOURS["conditional-narrow"], COLOURS["conditional"]), strict=True)
    )
    labels = {network: label.replace(", ", ",\n") for network, label in NETWORKS.items()}
    shared = results.groupby("network")["iteration"].max().min()
    logarithmic(ends, "x")
    at_end = results[results["iteration"] == shared].groupby("network")["frechet"]
    dots(
        ends,
        {labels[network]: at_end.get_group(network).tolist() for network in NETWORKS},
        {labels[network]: colour for network, colour in colours.items()},
    )
    for tick, colour in zip(ends.get_yticklabels(), colours.values(), strict=True):
        tick.set_color(colour)
    ends.axvline(real["frechet"].mean(), color=COLOURS["real"], linestyle="--", linewidth=1.5)
    line_label(ends, (real["frechet"].mean(), 0.5), "real against\nreal", COLOURS["real"], (5, 0))
    ends.set(title=f"after {shared:,d} batches", xlabel="Fréchet distance")
    for axis, over in zip(axes, ("iteration", "teraflop"), strict=True):
        for network, colour in colours.items():
            rows = results[(results["network"] == network) & (results[over] > 0 if over == "teraflop" else True)]
            band(axis, rows, over, "frechet", colour)
        floor(axis, real["frechet"])
        axis.set_ylabel("Fréchet distance" if narrow or over == "iteration" else "")
        logarithmic(axis, "y")
    iterations_axis(axes[0], results, few=not narrow)
    axes[0].set(title="over iterations")
    axes[1].set(title="over arithmetic", xlabel="10¹² operations")
    logarithmic(axes[1], "x", few=not narrow)
    if not narrow:
        axes[0].set_xlabel("iteration (square root)")
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
