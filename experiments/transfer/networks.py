"""Networks compared, each at its best cut: accuracy, number of features, time for an image (question 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.transfer.layer_cut import layer_cut
from tpdl import experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(inputs={"curve": layer_cut}, demo={"rounds": 2})
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
    caption="Accuracy on the test images at the best cut of each network, with 95% bootstrap intervals, against the "
    "time that the network takes for an image up to there, in batches of eight images of 224 × 224 pixels on a "
    "processor of two cores that had other work. The number of features is written beside each.",
    alt="One dot with an interval for each network; time for an image runs to the right, accuracy upwards.",
)
def networks_dots(results: pd.DataFrame) -> Figure:
    """A dot for each network, with its name and number of features."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    fig = Figure(figsize=(7.2, 3.6))
    axis = fig.subplots()
    for colour, (_, row) in enumerate(results.iterrows()):
        spread = [[row["accuracy"] - row["low"]], [row["high"] - row["accuracy"]]]
        axis.errorbar(
            row["milliseconds"], row["accuracy"], spread, fmt="o", color=f"C{colour}", capsize=4, markersize=8
        )
        axis.annotate(
            f"{title(row['network'])}, {row['cut']}\n{row['features']:,d} features",
            (row["milliseconds"], row["accuracy"]),
            (10, 0),
            textcoords="offset points",
            va="center",
            color=f"C{colour}",
        )
    axis.set(xlabel="milliseconds for an image, up to the cut", ylabel="test accuracy")
    axis.set_xlim(0, 1.6 * results["milliseconds"].max())
    axis.margins(y=0.3)
    axis.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axis.yaxis.set_major_formatter("{x:.1%}")
    return fig


@summary(networks)
def networks_values(results: pd.DataFrame) -> dict:
    """Each network by name, the most accurate, and the fastest."""
    rows = results.to_dict("records")
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
