"""Sanity checks of saliency maps (question 2): random weights should change them, slight noise should not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.visualization.method_colours import colour_of
from tpdl import experiment, figure, progress, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from torch import Tensor, nn

NAMES = {
    "gradient": "gradient",
    "smoothgrad": "SmoothGrad",
    "integrated-gradients": "Integrated Gradients",
    "grad-cam": "Grad-CAM",
}
SQUEEZENET = {"features.0": "conv1"} | {
    f"features.{place}": f"fire{number}" for number, place in enumerate((3, 4, 6, 7, 9, 10, 11, 12), start=2)
}
"""The authors' names of SqueezeNet 1.1's modules, by their index in torchvision's."""


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "stages": 3, "samples": 3, "steps": 4},
    device="gpu",
)
def saliency_checks(
    network: str = "squeezenet1_1", stages: int = 7, samples: int = 6, steps: int = 8, seed: int = 0
) -> pd.DataFrame:
    """Rank correlation of each image's map with the same method's map when the last layers have random weights.

    One row for each method, stage (0: all layers trained) and image. The class is always the true one. `samples` and
    `steps` are those of SmoothGrad and integrated gradients, for both maps; at stage 0 SmoothGrad differs from itself
    only by its noise.
    """
    import itertools

    import numpy as np

    from experiments.lab.data import imagenet
    from experiments.lab.methods.map_measures import rank_correlations
    from experiments.lab.methods.randomisation import cascade
    from experiments.lab.nets.frozen import frozen
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import build, image_size

    photographs, model = imagenet.load(), frozen(network)
    inputs, rows = coloured(photographs.images, image_size(network)), []
    untrained = build(network, "random", seed).to(next(model.parameters()).device)
    first = four_maps(model, inputs, photographs.labels, samples, steps, seed)
    networks = itertools.chain([("none", model)], cascade(model, untrained, stages))
    for stage, (layer, mixed) in enumerate(progress(networks, "stages", stages + 1)):
        again = four_maps(mixed, inputs, photographs.labels, samples, steps, seed + 1)
        for method, found in again.items():
            about = {"network": network, "method": method, "stage": stage, "layer": layer}
            correlation = rank_correlations(found, first[method])
            rows.append(pd.DataFrame(about | {"image": np.arange(len(inputs)) + 1, "correlation": correlation}))
    return pd.concat(rows, ignore_index=True)


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "draws": 1, "samples": 3, "steps": 4},
    device="gpu",
)
def saliency_stability(
    network: str = "squeezenet1_1", draws: int = 2, samples: int = 6, steps: int = 8, seed: int = 0
) -> pd.DataFrame:
    """Rank correlation of each image's map with that of the same image with Gaussian noise.

    One row for each method, noise level, draw and image. `noise` is the standard deviation in grey levels of 0 … 255;
    `same_class` is whether the network still predicts the same class.
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods.map_measures import rank_correlations
    from experiments.lab.nets.frozen import frozen, scores_of
    from experiments.lab.nets.imagenet_statistics import DEVIATION
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs, model = imagenet.load(), frozen(network)
    inputs, rows = coloured(photographs.images, image_size(network)), []
    scale, generator = torch.tensor(DEVIATION).view(3, 1, 1), torch.Generator().manual_seed(seed)
    first = four_maps(model, inputs, photographs.labels, samples, steps, seed)
    said = scores_of(model, inputs).argmax(1)
    settings = [(noise, draw) for noise in NOISES for draw in range(draws)]
    for noise, draw in progress(settings, "noisy copies"):
        noisy = inputs + torch.randn(inputs.shape, generator=generator) * noise / 255 / scale
        same = (scores_of(model, noisy).argmax(1) == said).numpy()
        for method, found in four_maps(model, noisy, photographs.labels, samples, steps, seed).items():
            about = {"network": network, "method": method, "noise": noise, "draw": draw}
            columns = {"correlation": rank_correlations(found, first[method]), "same_class": same}
            rows.append(pd.DataFrame(about | {"image": np.arange(len(inputs)) + 1} | columns))
    return pd.concat(rows, ignore_index=True)


NOISES = (1, 4, 16)


def four_maps(
    model: nn.Module, inputs: Tensor, labels: np.ndarray, samples: int, steps: int, seed: int
) -> dict[str, np.ndarray]:
    """Saliency maps [images, side, side] by method."""
    import torch

    from experiments.lab.methods import attribution
    from experiments.lab.nets.frozen import on_device_of

    images = on_device_of(model, inputs)
    classes = torch.from_numpy(labels).long().to(images.device)
    found = {
        "gradient": attribution.gradient(model, images, classes),
        "smoothgrad": attribution.smoothgrad(model, images, classes, samples=samples, seed=seed),
        "integrated-gradients": attribution.integrated_gradients(model, images, classes, steps=steps),
        "grad-cam": attribution.grad_cam(model, images, classes, attribution.last_maps(model)),
    }
    return {name: values.cpu().numpy() for name, values in found.items()}


@figure(
    saliency_checks,
    saliency_stability,
    caption="[Only Grad-CAM's maps lose all likeness to the original once every weight is "
    'random.]{claim="saliency_checks.only_grad_cam_follows"} Rank correlation with the original map: mean and 95% '
    "bootstrap interval over the images. First panel: random weights from the last layer down to the named one. "
    "Second: noise of the given standard deviation in the image, where the answer stays the same. SmoothGrad's own "
    "noise is drawn anew in the first panel, not in the second.",
    alt="Two panels of four curves. In the first, the correlations fall once layers have random weights, Grad-CAM's to "
    "zero at once. In the second, they fall with the noise, Grad-CAM's slowest.",
)
def saliency_checks_lines(results: pd.DataFrame, stability: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Randomised weights in one panel, noise that keeps the answer in the other."""
    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    fig, (left, right) = panels(2, narrow=narrow, height=3.8, narrow_height=2.9, ratios=(3, 2), same_y=True)
    layers = results.drop_duplicates("stage").sort_values("stage")["layer"]
    modules = SQUEEZENET if results["network"].iloc[0] == "squeezenet1_1" else {}
    places = {noise: place for place, noise in enumerate(sorted(stability["noise"].unique()))}
    kept = stability[stability["same_class"]]
    images = kept.groupby("noise")["image"].nunique().reindex(list(places), fill_value=0)
    noisy = kept.groupby(["method", "noise", "image"], as_index=False)["correlation"].mean()
    noisy["place"] = noisy["noise"].map(places)
    for method, name in NAMES.items():
        for axis, table, by in ((left, results, "stage"), (right, noisy, "place")):
            rows = table[table["method"] == method]
            band(axis, rows, by, "correlation", colour_of(method), name, unit="", interval=mean_interval)
    names = [_layer(name, modules) for name in layers]
    left.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor", fontsize=8)
    right.set_xticks(list(places.values()), [f"{noise}\n{count} images" for noise, count in images.items()], fontsize=8)
    left.set(xlabel="random from the last layer down to", ylabel="rank correlation")
    right.set(xlabel="noise in grey levels", ylabel="rank correlation" if narrow else "")
    left.set_ylim(min(-0.1, left.get_ylim()[0]), 1.03)
    legend_above(fig, left, columns=2 if narrow else 4)
    return fig


@summary(saliency_checks, saliency_stability)
def saliency_checks_values(results: pd.DataFrame, stability: pd.DataFrame) -> dict:
    """Mean correlations by method, with trained weights, after the first stage, with random weights; and by noise.

    `kept` is about the noisy copies whose predicted class is still the same: how many images have one, and the mean
    over these images with its interval and its largest value. `still_alike` are the methods whose maps still resemble
    the original when all weights are random (the interval excludes 0). `fragile` is whether noise of one grey level,
    which keeps every predicted class, brings a method's maps below a mean correlation of 0.9 (interval).

    Statements of the text, each false as soon as one part of it is:

    - `only_grad_cam_follows`: with all weights random Grad-CAM's interval includes 0 and those of the other methods
      do not.
    - `grad_cam_is_steadier`: with noise of four levels and the same answer its correlation is above the gradient's
      (intervals).
    - `smoothgrad_is_flattered`: maps of the same image with fresh noise agree less than those of a noisy image with
      the same.
    """
    last = results["stage"].max()
    random = results.groupby(["method", "stage"])["correlation"].mean()
    noisy = stability.groupby(["method", "noise"])["correlation"].mean()
    layers = results.drop_duplicates("stage").set_index("stage")["layer"]
    untrained = results[results["stage"] == last].set_index("method")["correlation"]
    all_random = {method: _interval(untrained.loc[[method]].to_numpy()) for method in NAMES}
    kept = {method: {f"noise{noise}": _kept(stability, method, noise) for noise in NOISES} for method in NAMES}
    unchanged = bool(stability.loc[stability["noise"] == NOISES[0], "same_class"].all())
    alike = [method for method in NAMES if all_random[method][0] > 0]
    gradient, smooth, cam = (kept[method]["noise4"] for method in ("gradient", "smoothgrad", "grad-cam"))
    steadier = bool(cam and gradient and cam["interval"][0] > gradient["interval"][1])
    flattered = bool(smooth and random["smoothgrad", 0] < smooth["mean"])
    return {
        "network": results["network"].iloc[0],
        "stages": last,
        "first_layer": layers[1],
        "by_method": {
            method.replace("-", "_"): {
                "none": random[method, 0],
                "first": random[method, 1],
                "all": random[method, last],
                "all_interval": all_random[method],
            }
            | {f"noise{noise}": noisy[method, noise] for noise in NOISES}
            | {"kept": kept[method]}
            for method in NAMES
        },
        "still_alike": [NAMES[method] for method in alike],
        "only_grad_cam_follows": alike == [method for method in NAMES if method != "grad-cam"]
        and all_random["grad-cam"][1] >= 0,
        "grad_cam_is_steadier": steadier,
        "smoothgrad_is_flattered": flattered,
        "fragile": {
            method.replace("-", "_"): unchanged and about["noise1"] is not None and about["noise1"]["interval"][1] < 0.9
            for method, about in kept.items()
        },
        "same_class": {
            f"noise{noise}": stability.loc[stability["noise"] == noise, "same_class"].mean() for noise in NOISES
        },
    }


def _interval(values: np.ndarray) -> tuple[float, float]:
    from experiments.lab.methods.intervals import mean_interval

    return mean_interval(values)


def _kept(stability: pd.DataFrame, method: str, noise: float) -> dict | None:
    """Correlations of the maps of noisy copies that keep the predicted class; None if there is none."""
    rows = stability.query("method == @method and noise == @noise and same_class")
    if rows.empty:
        return None
    by_image = rows.groupby("image")["correlation"].mean().to_numpy()
    about = {"images": len(by_image), "mean": by_image.mean(), "largest": by_image.max()}
    return about | {"interval": _interval(by_image)}


def _layer(name: str, modules: dict[str, str]) -> str:
    if name in modules:
        return modules[name]
    module, _, part = name.rpartition(".")
    if module in modules:
        return f"{modules[module]}-{part}"
    return name.replace("features.", "").replace("classifier.1", "classifier").replace("classifier.", "classifier ")


if __name__ == "__main__":
    tpdl.main(__file__)
