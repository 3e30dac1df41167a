"""Where are the parameters of a network, and how large are the outputs of its layers (questions 1 and 2)?"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"convolution": "C5", "linear": "C3", "pooling": "#8c959f", "normalisation": "C4"}
"""Of kinds of layers. Blue, vermillion and green are for networks."""

KINDS = {
    "convolution": "convolution (conv)",
    "linear": "fully connected (fc)",
    "pooling": "pooling",
    "normalisation": "normalisation",
}
SHORT = {"convolution": "conv", "linear": "fc", "pooling": "pool", "normalisation": "norm"}


@experiment(matrix={"network": ["vgg16", "squeezenet1_1"]}, demo={"network": ["tiny_vgg", "tiny_squeezenet"]})
def parameters(network: str) -> pd.DataFrame:
    """One row for each layer, counted from the architecture; no weights are needed."""
    from experiments.lab.nets.layers import layers

    return pd.DataFrame(
        {
            "network": network,
            "index": index,
            "module": layer.module,
            "kind": layer.kind,
            "description": layer.description,
            "shape": "×".join(map(str, layer.shape)),
            "values": prod(layer.shape),
            "weights": layer.weights,
            "biases": layer.biases,
            "parameters": layer.parameters,
            "multiplications": layer.multiplications,
        }
        for index, layer in enumerate(layers(network), start=1)
    )


@figure(
    parameters,
    caption="Parameters and output values lie at opposite ends. Each bar is the whole network from its first layer on "
    "the left to its last on the right, and each segment a layer; the large ones are named, fc for fully connected. "
    "Above, all parameters; below, all values that the layers deliver for one image. Pooling has no parameters.",
    alt="Two stacked horizontal bars for each network, of its parameters and of its output values, with a segment for "
    "each layer. In VGG16 three fully connected layers at the end fill most of the first bar, and the first "
    "convolutions most of the second.",
)
def parameters_by_layer(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """For each network two bars: how its parameters, and how its output values, are spread over the layers."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    from experiments.lab.plots.panels import NARROW, WIDE
    from experiments.lab.plots.stacked import stacked

    networks = results["network"].unique()
    fig = Figure(figsize=(NARROW if narrow else WIDE, 2.1 * len(networks) + 0.7))
    axes = fig.subplots(len(networks), 1, squeeze=False, sharex=True)[:, 0]
    for network, axis in zip(networks, axes, strict=True):
        rows = results[results["network"] == network]
        stacked(axis, _segments(rows), "bar", "share", "colour", "label", 0.028 if narrow else 0.011)
        axis.set_title(title(network), loc="left")
        axis.set(xlim=(0, 1), ylim=(1.5, -0.95))
        axis.xaxis.set_major_formatter("{x:.0%}")
        _bracket(axis, rows)
    axes[-1].set_xlabel("share of the network's total")
    used = [kind for kind in COLOURS if kind in set(results["kind"])]
    handles = [Patch(color=COLOURS[kind], label=KINDS[kind]) for kind in used]
    fig.legend(handles=handles, loc="outside upper center", ncols=2 if narrow else len(handles))
    return fig


def _segments(rows: pd.DataFrame) -> pd.DataFrame:
    """A line for each layer that has parameters, then one for each layer's output values, as shares of all."""
    number = rows.groupby("kind").cumcount() + 1
    names = rows["kind"].map(SHORT) + " " + number.astype(str)
    bars = []
    for column, words in (("parameters", "parameters"), ("values", "output values")):
        share = rows[column] / rows[column].sum()
        bars.append(
            pd.DataFrame(
                {
                    "bar": f"{rows[column].sum():,}\n{words}",
                    "share": share,
                    "colour": rows["kind"].map(COLOURS),
                    "label": names + "\n" + share.map("{:.0%}".format),
                }
            )[share > 0]
        )
    return pd.concat(bars, ignore_index=True)


def _bracket(axis: Axes, rows: pd.DataFrame) -> None:
    """Above the parameters, what the fully connected layers at the end hold together."""
    import matplotlib

    share = rows["parameters"] / rows["parameters"].sum()
    connected = rows["kind"] == "linear"
    if connected.any():
        left = share[~connected].sum()
        axis.plot([left, left, 1, 1], [-0.42, -0.5, -0.5, -0.42], color=matplotlib.rcParams["text.color"], linewidth=1)
        axis.annotate(
            f"{share[connected].sum():.1%} in {connected.sum()} fully connected layers",
            (1, -0.5),
            (0, 3),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=9,
        )


@summary(parameters)
def parameters_values(results: pd.DataFrame) -> dict:
    """Totals for each network.

    `largest_values` is the number of values that the layer with the largest output delivers, and `outside_estimate` the
    share of the parameters that an estimate from the weights of the fully connected layers leaves out: their biases,
    and all convolutions.
    """
    return {network: _totals(rows) for network, rows in results.groupby("network", sort=False)}


def _totals(rows: pd.DataFrame) -> dict:
    total = rows["parameters"].sum()
    connected = rows[rows["kind"] == "linear"]
    return {
        "total": total,
        "fully_connected": connected["parameters"].sum(),
        "fully_connected_weights": connected["weights"].sum(),
        "fully_connected_share": connected["parameters"].sum() / total,
        "fully_connected_layers": len(connected),
        "outside_estimate": 1 - connected["weights"].sum() / total,
        "convolutional": rows.loc[rows["kind"] == "convolution", "parameters"].sum(),
        "convolutional_layers": (rows["kind"] == "convolution").sum(),
        "outputs": int(str(rows["shape"].iloc[-1]).split("×")[0]),
        "megabytes": 4 * total / 1e6,
        "multiplications": rows["multiplications"].sum(),
        "largest_values": rows["values"].max(),
        "largest_layer": rows.loc[rows["parameters"].idxmax(), "module"],
        "largest_layer_parameters": rows["parameters"].max(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
