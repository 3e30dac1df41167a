"""Networks compared, each at its best cut: accuracy, number of features, time for an image (question 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import colour, title
from experiments.transfer.layer_cut import layer_cut
from tpdl import experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(inputs={"curve": layer_cut}, demo={"rounds": 2}, device="gpu")
def networks(curve: pd.DataFrame, images: int = 8, rounds: int = 5) -> pd.DataFrame:
    """One row for each network, at the cut that cross-validation on the training images chose.

    `milliseconds` is the time for an image up to the cut, in batches of `images`, the best of `rounds`, with the
    networks in turn. `parameters` and `multiplications` (for one image) are of the whole network.
    """
    import time

    import torch

    from experiments.lab.device import best_device
    from experiments.lab.nets.cuts import cuts, tapped
    from experiments.lab.nets.layers import layers
    from experiments.lab.nets.registry import build, image_size

    device = best_device()
    taken: dict[str, float] = {}
    chosen = curve.loc[curve.groupby("network", sort=False)["validation"].idxmax()]
    models = {}
    for network in chosen["network"]:
        model = build(network, "random").to(device).to(memory_format=torch.channels_last)
        pixels = torch.rand(images, 3, image_size(network), image_size(network)).to(device)
        models[network] = model, pixels.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        for _ in progress(range(rounds + 1), "rounds"):  # the first warms up
            for _, row in chosen.iterrows():
                model, pixels = models[row["network"]]
                cut = next(cut for cut in cuts(row["network"]) if cut.name == row["cut"])
                with tapped(model, [cut], lambda _, output: output.cpu()) as run:
                    begun = time.perf_counter()
                    run(pixels)
                    seconds = time.perf_counter() - begun
                taken[row["network"]] = min(seconds, taken.get(row["network"], seconds))
    rows = []
    for _, row in chosen.iterrows():
        made = layers(row["network"])
        rows.append(
            {key: row[key] for key in ("network", "cut", "features", "accuracy", "low", "high", "validation")}
            | {"milliseconds": 1000 * taken[row["network"]] / images}
            | {"parameters": sum(layer.parameters for layer in made)}
            | {"multiplications": sum(layer.multiplications for layer in made)}
        )
    return pd.DataFrame(rows)


@figure(
    networks,
    caption="[`networks.best.title`{.value} is `100 * (networks.best.accuracy - networks.worst.accuracy):.1f`{.value} "
    "points more accurate than `networks.worst.title`{.value}, with "
    "`networks.best.parameters / networks.worst.parameters:.1f`{.value} times as many parameters.]"
    '{claim="networks.best.low > networks.worst.high"} '
    "Test accuracy at the best cut, with 95% bootstrap intervals, against the multiplications for an image and the "
    "parameters, both of the whole network. The axis of accuracy does not start at zero.",
    alt="Two panels with a dot and an interval for each network: accuracy upwards, against millions of multiplications "
    "on the left and against millions of parameters on the right. The most accurate network has the most of both, but "
    "hardly more multiplications.",
)
def networks_dots(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A dot for each network against multiplications, and against parameters, with its name."""
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.curve import curve
    from experiments.lab.plots.panels import panels

    fig, axes = panels(2, narrow=narrow, height=3.2, narrow_height=2.5, same_y=True)
    rows = results.assign(size=results["parameters"] / 1e6, work=results["multiplications"] / 1e6)
    against = (("work", "million multiplications for an image"), ("size", "million parameters"))
    for axis, (column, words) in zip(axes, against, strict=True):
        for network, row in rows.groupby("network", sort=False):
            curve(axis, row, column, "accuracy", "low", "high", colour(str(network)))
            at, right = row[column].iloc[0], row[column].iloc[0] < 0.6 * rows[column].max()
            axis.annotate(
                f"{title(str(network))}\n{row['cut'].iloc[0]}, {row['features'].iloc[0]:,d} features",
                (at, row["accuracy"].iloc[0]), (8 if right else -8, 0), textcoords="offset points",
                ha="left" if right else "right", va="center", fontsize=8, color=colour(str(network)),
            )  # fmt: skip
        axis.set(xlabel=words, xlim=(0, 1.12 * rows[column].max()))
        axis.margins(y=0.15)
        axis.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.yaxis.set_major_formatter("{x:.0%}")
    for axis in axes if narrow else axes[:1]:
        axis.set_ylabel("test accuracy")
    return fig


@summary(networks)
def networks_values(results: pd.DataFrame) -> dict:
    """Each network by name, the most accurate, and the fastest."""
    rows = [row | {"title": title(row["network"])} for row in results.to_dict("records")]
    return {
        "networks": [row["network"] for row in rows],
        "count": len(rows),
        "by_network": {row["network"]: row for row in rows},
        "best": max(rows, key=lambda row: row["accuracy"]),
        "worst": min(rows, key=lambda row: row["accuracy"]),
        "fastest": min(rows, key=lambda row: row["milliseconds"]),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
