"""What a cut costs: arithmetic for the network and for the Gram matrix, and memory (question 8).

Arithmetic is counted and not timed: the Gram matrices take so long that their seconds depend on what else the machine
does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.transfer.layer_cut import kinds, layer_cut, name_cuts, whole
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(inputs={"curve": layer_cut})
def cut_work(curve: pd.DataFrame) -> pd.DataFrame:
    """One row for each measured cut of each network: multiplications for an image, on average over all images.

    `network_work` is that of the layers up to the cut, `gram_work` that of the inner products of its features with
    those of all training images. Among the training images an inner product is computed once for each pair.
    """
    from experiments.lab.nets.work import work_up_to

    work = {network: work_up_to(str(network)) for network in curve["network"].unique()}
    train, test = curve["train_images"], curve["test_images"]
    pairs = train * (train + 1) / 2 + test * train
    return curve[["network", "index", "cut", "features"]].assign(
        network_work=[work[network][cut] for network, cut in zip(curve["network"], curve["cut"], strict=True)],
        gram_work=(curve["features"] * pairs / (train + test)).round().astype(int),
    )


@figure(
    layer_cut,
    cut_work,
    suffix="memory",
    caption="Arithmetic and memory, cut by cut, where every cut was measured. Above, multiplications for an image: of "
    "the network up to the cut, and of the inner products for the Gram matrix. Below, the highest memory of the "
    "process, against the training features in double precision. Cuts after layers of one kind are connected: circles "
    "for the narrower ones (squeeze, depthwise), squares for the wider ones (expand, expansion). The vertical axes are "
    "logarithmic.",
    alt="Two panels for each network, over the depth of the cut. Of the multiplications, those of the network rise "
    "with depth, and those of the Gram matrix follow the number of features and fall. Of the memory, a nearly level "
    "line for the process, and falling ones for the raw features, which are above it at first.",
)
def layer_cut_memory(results: pd.DataFrame, work: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """For each network, multiplications over depth, and below them memory."""
    import matplotlib
    from matplotlib.figure import Figure

    from experiments.lab.plots.curve import curve
    from experiments.lab.plots.panels import NARROW, WIDE

    results = whole(results).merge(work[["network", "cut", "network_work", "gram_work"]], on=["network", "cut"])
    networks = results["network"].nunique()
    fig = Figure(figsize=(NARROW, 4.6 * networks + 1) if narrow else (WIDE, 6.2))
    grid = (2 * networks, 1) if narrow else (2, networks)
    axes = fig.subplots(*grid, squeeze=False, sharey="none" if narrow else "row").reshape(-1)
    ink = matplotlib.rcParams["text.color"]
    for i, (network, rows) in enumerate(results.groupby("network", sort=False)):
        upper, lower = (axes[2 * i], axes[2 * i + 1]) if narrow else (axes[i], axes[networks + i])
        rows = rows.assign(
            forward=rows["network_work"] / 1e6, gram=rows["gram_work"] / 1e6,
            raw=rows["raw_bytes"] / 1e9, peak=rows["peak_bytes"] / 1e9
        )  # fmt: skip
        curve(upper, rows, "index", "forward", colour="C5", label="arithmetic: network", style="-")
        for column, axis, shade, words in (
            ("gram", upper, "C4", "arithmetic: Gram matrix"),
            ("raw", lower, "C3", "memory: features"),
        ):
            for place, (style, (_, part)) in enumerate(kinds(rows)):
                curve(axis, part, "index", column, colour=shade, label="" if place else words, style=style)
        curve(lower, rows, "index", "peak", colour=ink, label="memory: process", style="-")
        upper.set(title=title(str(network)), yscale="log")
        lower.set(yscale="log")
        if narrow or not i:
            upper.set_ylabel("million multiplications")
            lower.set_ylabel("memory in GB")
        for axis in (upper, lower):
            axis.set_xlim(0, len(rows) + 1)
            axis.yaxis.set_major_formatter("{x:g}")
            name_cuts(axis, rows, named=axis is lower)
    above, below = (axes[place].get_legend_handles_labels() for place in (0, 1 if narrow else networks))
    fig.legend(above[0] + below[0], above[1] + below[1], loc="outside upper center", ncols=2)
    return fig


@summary(cut_work)
def cut_work_values(results: pd.DataFrame) -> dict:
    """For each network the work of each cut by name, in multiplications for an image, and that up to its last cut."""
    return {
        "by_network": {
            network: {
                "last": rows["network_work"].iloc[-1],
                "cuts": rows.set_index("cut")[["network_work", "gram_work"]].to_dict("index"),
            }
            for network, rows in results.groupby("network", sort=False)
        }
    }


if __name__ == "__main__":
    tpdl.main(__file__)
