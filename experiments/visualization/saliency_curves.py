"""Deletion and insertion: does the class probability depend on the pixels that a map marks (question 4)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.visualization.maps import saliency_maps, second_maps
from experiments.visualization.method_colours import colour_of
from tpdl import Arrays, experiment, figure, note, progress

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

METHODS = {
    "gradient": "gradient",
    "smoothgrad": "SmoothGrad",
    "integrated-gradients": "Integrated Gradients",
    "grad-cam": "Grad-CAM",
    "second-gradient": "gradient, 2nd network",
    "second-grad-cam": "Grad-CAM, 2nd network",
    "edges": "edges of the image",
    "random": "random",
}
"""The last two are no saliency maps, but baselines that a map must beat."""


@experiment(
    inputs={"maps": saliency_maps, "second": second_maps},
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "steps": 6},
    device="gpu",
)
def saliency_curves(
    maps: Arrays, second: Arrays, network: str = "squeezenet1_1", steps: int = 16, seed: int = 0
) -> pd.DataFrame:
    """One row for each method, image and fraction of the pixels.

    `deletion` and `insertion` are the probability of the true class when the strongest `share` of the pixels is
    deleted, or inserted (see `experiments.lab.methods.map_measures.heeded`).
    """
    import time

    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods.map_measures import blurred, heeded
    from experiments.lab.nets.frozen import frozen, scores_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs, model = imagenet.load(), frozen(network)
    inputs, classes = coloured(photographs.images, image_size(network)), torch.from_numpy(photographs.labels).long()
    without, rows, seconds = blurred(inputs), [], {}
    for method, found in progress(all_maps(maps, second, inputs.numpy(), seed).items(), "methods"):
        begun = time.perf_counter()
        deleting, inserting = heeded(lambda x: scores_of(model, x), inputs, classes, found, without, steps)
        seconds[method] = round(time.perf_counter() - begun, 1)
        for image, curves in enumerate(zip(deleting, inserting, strict=True)):
            shares = [step / steps for step in range(steps + 1)]
            about = {"network": network, "method": method, "image": image + 1, "share": shares}
            rows.append(pd.DataFrame(about | dict(zip(("deletion", "insertion"), curves, strict=True))))
    note(seconds=seconds)
    return pd.concat(rows, ignore_index=True)


def all_maps(maps: Arrays, second: Arrays, inputs: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Saliency maps by method, [images, side, side], at the input size of the first network."""
    import numpy as np
    from skimage.filters import sobel
    from skimage.transform import resize

    found = {name: maps[name] for name in ("gradient", "smoothgrad", "integrated-gradients", "grad-cam")}
    shape = found["gradient"].shape
    fit = lambda values: values if values.shape == shape else resize(values, shape, order=1)  # noqa: E731
    found |= {f"second-{name}": fit(second[name]) for name in ("gradient", "grad-cam")}
    found["edges"] = np.stack([sobel(image.mean(0)) for image in inputs])
    found["random"] = np.random.default_rng(seed).random(shape)
    return found


@figure(
    saliency_curves,
    caption="[At deletion random pixels cannot be told from the gradient's; at insertion Grad-CAM "
    'leads.]{claim="saliency_methods.deletion_is_blind"} Probability of the true class, mean over the images, as the '
    "pixels that a map marks most strongly are deleted first (falling early is good), or inserted first into a "
    "blurred image (rising early is good). Dashed: second network. Grey, dotted: baselines that do not depend on a "
    "network.",
    alt="Two panels of curves over the share of pixels. With deletion all fall steeply at once but that of the edges, "
    "which falls later; with insertion Grad-CAM's two curves rise first and the random one last.",
)
def saliency_curves_lines(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A line for each method, in two panels."""
    from experiments.lab.plots.panels import legend_above, panels

    means = results.groupby(["method", "share"])[["deletion", "insertion"]].mean()
    fig, axes = panels(2, narrow=narrow, height=3.9, narrow_height=2.7, same_y=True)
    for axis, column, what in zip(axes, ("deletion", "insertion"), ("deleted", "inserted"), strict=True):
        for method, name in METHODS.items():
            line = means.loc[method, column]
            style = {"edges": ":", "random": ":", "second-gradient": "--", "second-grad-cam": "--"}.get(method, "-")
            marker = "|" if method == "edges" else ""
            axis.plot(
                line.index, line, color=colour_of(method), label=name, linewidth=1.4, linestyle=style, marker=marker
            )
        axis.set(xlabel=f"share of the pixels {what}", ylabel="probability of the class")
        for scale in (axis.xaxis, axis.yaxis):
            scale.set_major_formatter("{x:.0%}")
    if not narrow:
        axes[1].set_ylabel("")
    legend_above(fig, axes[0], columns=2 if narrow else 4, compact=narrow)
    return fig


if __name__ == "__main__":
    tpdl.main(__file__)
