"""Conditional against unconditional training: which gets further, per iteration and per operation (question 8)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.gan.cdcgan import cdcgan
from experiments.gan.classifier import real_measures
from experiments.gan.curves import (
    COLOURS,
    apart,
    falls_to_the_end,
    floor,
    iterations_axis,
    logarithmic,
    over_seeds,
)
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
    device="gpu",
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
    caption="[At equal size the condition helps at first and holds back later, in every "
    'seed]{claim="convergence.equal_size.ahead_then_behind"}; [the lab\'s large conditional network ends ahead of '
    'both]{claim="convergence.lab_sizes.is_ahead_of_both"}. Fréchet distance after equally many batches, each seed a '
    "dot and their mean a ring, and on the way there. Thick line: mean; thin lines: each seed; band: lowest to "
    "highest seed; dashed: real digits.",
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
    that is worst at the end, at the last measurement but one. "falls_to_the_end" says whether every seed still gets
    closer to real digits from there.

    "equal_size" compares the conditional with the unconditional network of the same size: the iterations, first and
    last, at which every seed of the one is closer to real digits than every seed of the other ("ahead" if it is the
    conditional one, "behind" if not; None if never), and both at the last iteration at which it is ahead. With
    "ahead_then_behind" it is ahead first, and then behind up to the end; with "leads_with_less_variety" every seed of
    it has less diversity than every one of the other while it is ahead for the last time. "both_still_fall": neither
    has ended, so that a longer training may change their order.

    "lab_sizes" compares the conditional network of the lab's size with the unconditional one. "is_ahead" says that at
    the shared iteration every seed of it is closer to real digits, and "is_ahead_of_both" the same of both other
    networks; false, that some seed is not. To come as near as the unconditional network does at its end it takes
    "fewer_batches" and "arithmetic" times as many operations (None, if it never comes so near).
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
            "falls_to_the_end": falls_to_the_end(rows),
        }
    return {
        "shared_iteration": shared,
        "shared_distance": reached,
        "by_network": ends,
        "equal_size": _equal_size(results)
        | {"both_still_fall": all(ends[name]["falls_to_the_end"] for name in ("unconditional", "conditional_narrow"))},
        "lab_sizes": _lab_sizes(results[results["iteration"] == shared], ends),
    }


def _equal_size(results: pd.DataFrame) -> dict:
    """See `convergence_values`."""
    of = {str(network): rows for network, rows in results.groupby("network")}
    with_class, without = of["conditional-narrow"], of["unconditional"]
    moments = sorted({*with_class["iteration"]} & {*without["iteration"]})
    at = {moment: [rows[rows["iteration"] == moment] for rows in (with_class, without)] for moment in moments if moment}
    found: dict[str, Any] = {}
    for name, order in (("ahead", 1), ("behind", -1)):
        where = [moment for moment, rows in at.items() if apart(*rows[::order])]
        found[name] = {"first": min(where, default=None), "last": max(where, default=None)}
    ahead, behind = found["ahead"], found["behind"]
    if ahead["last"]:
        last = zip(("conditional", "unconditional"), at[ahead["last"]], strict=True)
        found["when_last_ahead"] = {name: over_seeds(rows.dropna(axis=1)) for name, rows in last}
        ours, others = found["when_last_ahead"].values()
        found["leads_with_less_variety"] = ours["highest_diversity"] < others["lowest_diversity"]
    in_order = bool(ahead["last"] and behind["first"]) and ahead["last"] < behind["first"]
    return {**found, "ahead_then_behind": in_order and behind["last"] == moments[-1]}


def _lab_sizes(at_end: pd.DataFrame, ends: dict[str, Any]) -> dict:
    """See `convergence_values`."""
    of = {str(network): rows for network, rows in at_end.groupby("network")}
    batches, operations = (
        [ends[network][f"{what}_to_shared_distance"] for network in ("conditional", "unconditional")]
        for what in ("iterations", "teraflop")
    )
    is_ahead = apart(of["conditional"], of["unconditional"])
    return {
        "is_ahead": is_ahead,
        "is_ahead_of_both": is_ahead and apart(of["conditional"], of["conditional-narrow"]),
        "fewer_batches": None not in batches and batches[0] < batches[1],
        "arithmetic": operations[0] / operations[1] if None not in operations and operations[1] else None,
    }


def _worst_before(rows: pd.DataFrame) -> float:
    by = rows.sort_values("iteration").pivot(index="iteration", columns="seed", values="frechet")
    return by[by.iloc[-1].idxmax()].iloc[-2]


if __name__ == "__main__":
    tpdl.main(__file__)
