"""Where are the parameters of a network, and how large are the outputs of its layers (questions 1 and 2)?"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {"convolution": "C0", "linear": "C1", "pooling": "C5", "normalisation": "C4"}


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
    caption="Where the parameters are, and how many output values each layer has for one image. Pooling layers have no "
    "parameters and so no bar there.",
    alt="Two panels of bars for each network over its layers, parameters above and values below. Parameters grow with "
    "depth; in VGG16 the first fully connected layer alone holds most of them. The number of values falls with depth.",
)
def parameters_by_layer(results: pd.DataFrame) -> Figure:
    """For each network, parameters by layer, and below them output values, on logarithmic axes."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    networks = results["network"].unique()
    fig = Figure(figsize=(7.2, 4.0 * len(networks) + 0.4))
    axes = fig.subplots(2 * len(networks), 1).reshape(-1, 2)
    for network, (upper, lower) in zip(networks, axes, strict=True):
        rows = results[results["network"] == network]
        colours = rows["kind"].map(COLOURS)
        upper.bar(rows["index"], rows["parameters"], color=colours)
        lower.bar(rows["index"], rows["values"], color=colours)
        name = title(network)
        upper.set_title(f"{name}: {rows['parameters'].sum():,} parameters", loc="left")
        upper.set(yscale="log", ylabel="parameters", ylim=(100, None))
        lower.set(yscale="log", ylabel="values for\none image")
        short = rows["module"].str.replace("features.", "").str.replace("classifier", "cls")
        for axis, labels in ((upper, [""] * len(rows)), (lower, short)):
            axis.set_xticks(rows["index"], labels)
            axis.set_xlim(0.4, len(rows) + 0.6)
            axis.tick_params("x", rotation=90, labelsize=8.5)
            axis.grid(visible=False, axis="x")
    names = {
        "convolution": "convolution",
        "linear": "fully connected",
        "pooling": "pooling",
        "normalisation": "normalisation",
    }
    used = [kind for kind in COLOURS if kind in set(results["kind"])]
    handles = [Patch(color=COLOURS[kind], label=names[kind]) for kind in used]
    fig.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    fig.supxlabel("layer (numbers within “features”; cls: classifier)", fontsize=9)
    return fig


@summary(parameters)
def parameters_values(results: pd.DataFrame) -> dict:
    """Totals for each network."""
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
        "convolutional": rows.loc[rows["kind"] == "convolution", "parameters"].sum(),
        "convolutional_layers": (rows["kind"] == "convolution").sum(),
        "outputs": int(str(rows["shape"].iloc[-1]).split("×")[0]),
        "megabytes": 4 * total / 1e6,
        "multiplications": rows["multiplications"].sum(),
        "largest_layer": rows.loc[rows["parameters"].idxmax(), "module"],
        "largest_layer_parameters": rows["parameters"].max(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
