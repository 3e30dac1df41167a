"""How long every network takes up to each of its cuts, all of them measured side by side (questions 8 and 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.transfer.layer_cut import kinds, layer_cut, name_cuts, whole
from tpdl import experiment, figure, note, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(inputs={"curve": layer_cut}, demo={"rounds": 2})
def cut_times(curve: pd.DataFrame, images: int = 8, rounds: int = 15, seed: int = 0) -> pd.DataFrame:
    """One row for each measured cut of each network: milliseconds for an image, up to there.

    One forward pass of a batch of `images` gives the times of all cuts of a network. The networks take turns, on one
    thread of the processor (see `experiments.lab.methods.turns`). `milliseconds` is the median of `rounds`, `fastest`
    and `slowest` are their range, all in time of the processor; `idleness` is its ratio to that of the clock for the
    network. Weights and images are random, drawn from `seed`: what was learned does not change the arithmetic.
    """
    import numpy as np
    import torch

    from experiments.lab.methods.turns import in_turns
    from experiments.lab.nets.cuts import cuts, tapped
    from experiments.lab.nets.registry import build, image_size

    def pass_through(network: str):  # type: ignore[no-untyped-def]
        model = build(network, "random", seed).to(memory_format=torch.channels_last)
        side, random = image_size(network), torch.Generator().manual_seed(seed)
        pixels = torch.rand(images, 3, side, side, generator=random).contiguous(memory_format=torch.channels_last)
        measured = [cut for cut in cuts(network) if cut.name in set(curve.loc[curve["network"] == network, "cut"])]

        def run(mark) -> None:  # type: ignore[no-untyped-def]
            with torch.inference_mode(), tapped(model, measured, lambda cut, output: mark()) as forward:
                forward(pixels)

        return run

    took = in_turns({network: pass_through(network) for network in curve["network"].unique()}, rounds, warm_up=2)
    note(idleness=round(min(turns.idleness for turns in took.values()), 3))
    rows = []
    for network, turns in took.items():
        milliseconds = 1000 * turns.processor / images
        for place, (_, row) in enumerate(curve[curve["network"] == network].sort_values("index").iterrows()):
            rows.append(
                {"network": network, "index": row["index"], "cut": row["cut"]}
                | {"milliseconds": np.median(milliseconds[:, place]), "fastest": milliseconds[:, place].min()}
                | {"slowest": milliseconds[:, place].max(), "idleness": turns.idleness}
                | {"images": images, "rounds": rounds}
            )
    return pd.DataFrame(rows)


@figure(
    layer_cut,
    cut_times,
    suffix="memory",
    caption="Time and memory, cut by cut, where every cut was measured. Above, seconds for all images: of the network, "
    "the median of `cut_times.rounds`{.value} rounds in which the networks took turns on one thread; of the Gram "
    "matrix, and of the SVM with its cross-validation, what the measurement itself took beside other work. Below, the "
    "highest memory of the process, against the training features in double precision. Cuts after layers of one "
    "kind are connected; the vertical axes are logarithmic.",
    alt="Two panels for each network, over the depth of the cut. Of the seconds, those of the network rise with depth, "
    "those of the Gram matrix follow the number of features and fall, and those of the classifier stay low. Of the "
    "memory, a nearly level line for the process, and falling ones for the raw features, which are above it at first.",
)
def layer_cut_memory(results: pd.DataFrame, times: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """For each network, seconds over depth, and below them memory."""
    import matplotlib
    from matplotlib.figure import Figure

    from experiments.lab.plots.curve import curve
    from experiments.lab.plots.panels import NARROW, WIDE

    results = whole(results).merge(times[["network", "cut", "milliseconds"]], on=["network", "cut"])
    networks = results["network"].nunique()
    fig = Figure(figsize=(NARROW, 4.6 * networks + 1) if narrow else (WIDE, 6.2))
    grid = (2 * networks, 1) if narrow else (2, networks)
    axes = fig.subplots(*grid, squeeze=False, sharey="none" if narrow else "row").reshape(-1)
    ink = matplotlib.rcParams["text.color"]
    for i, (network, rows) in enumerate(results.groupby("network", sort=False)):
        upper, lower = (axes[2 * i], axes[2 * i + 1]) if narrow else (axes[i], axes[networks + i])
        rows = rows.assign(
            forward=rows["milliseconds"] / 1000 * (rows["train_images"] + rows["test_images"]),
            svm=rows["factor_seconds"] + rows["svm_seconds"], raw=rows["raw_bytes"] / 1e9, peak=rows["peak_bytes"] / 1e9
        )  # fmt: skip
        curve(upper, rows, "index", "forward", colour="C5", label="time: network", style="-")
        curve(upper, rows, "index", "svm", colour="#8c959f", label="time: SVM", style="-")
        for column, axis, shade, words in (
            ("gram_seconds", upper, "C4", "time: Gram matrix"),
            ("raw", lower, "C3", "memory: features"),
        ):
            for place, (style, (_, part)) in enumerate(kinds(rows)):
                curve(axis, part, "index", column, colour=shade, label="" if place else words, style=style)
        curve(lower, rows, "index", "peak", colour=ink, label="memory: process", style="-")
        upper.set(title=title(str(network)), yscale="log")
        lower.set(yscale="log")
        if narrow or not i:
            upper.set_ylabel("seconds for all images")
            lower.set_ylabel("memory in GB")
        for axis in (upper, lower):
            axis.set_xlim(0, len(rows) + 1)
            axis.yaxis.set_major_formatter("{x:g}")
            name_cuts(axis, rows, named=axis is lower)
    above, below = (axes[place].get_legend_handles_labels() for place in (0, 1 if narrow else networks))
    fig.legend(above[0] + below[0], above[1] + below[1], loc="outside upper center", ncols=2 if narrow else 3)
    return fig


@summary(cut_times)
def cut_times_values(results: pd.DataFrame) -> dict:
    """How the times were taken, and those of each network: at its first cut, its last, and at each by name.

    `first_share` is the part of the time to the last measured cut that the first one takes. `idle`: in every network
    the processor's time is at least 95 % of the clock's, so hardly anything else ran. `largest_spread`: how far the
    slowest round is above the median, relative to it, at the last cut of the network where that is most.
    """
    by_network = {}
    for network, rows in results.groupby("network", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        by_network[network] = {
            "first": first["milliseconds"],
            "last": last["milliseconds"],
            "first_share": first["milliseconds"] / last["milliseconds"],
            "spread": last["slowest"] / last["milliseconds"] - 1,
            "cuts": dict(zip(rows["cut"], rows["milliseconds"], strict=True)),
        }
    return {
        "by_network": by_network,
        "images": results["images"].iloc[0],
        "rounds": results["rounds"].iloc[0],
        "idleness": results["idleness"].min(),
        "idle": bool(results["idleness"].min() >= 0.95),
        "largest_spread": max(about["spread"] for about in by_network.values()),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
