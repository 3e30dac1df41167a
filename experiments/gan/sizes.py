"""Larger images and other images: MNIST at 64×64, photographs of scenes at 32×32 and 64×64 (question 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier
from experiments.gan.training import Measure, built, train_seeds
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

SETTINGS = ["mnist-64", "mnist-64-slower", "scenes-32", "scenes-64"]
"""Kind of images and side in pixels; with "slower", the discriminator has a fifth of the learning rate."""
SETTING_COLOURS = {"mnist-64": "C1", "mnist-64-slower": "C3", "scenes-32": "C5", "scenes-64": "C4"}
"""Of their lines in figures."""
DEMO_SETTINGS = ["mnist-64", "mnist-64-slower", "scenes-32"]


@experiment(
    matrix={"setting": SETTINGS, "seed": [0, 1, 2]},
    inputs={"classifier": classifier},
    data=["mnist", "15-scene", "weights/squeezenet1_1"],
    demo={
        "setting": DEMO_SETTINGS,
        "seed": [0],
        "iterations": 20,
        "width": 4,
        "rate": 1e-3,
        "network": "tiny_squeezenet",
    },
    local=True,
    device="gpu",
    together=["seed"],
)
def size_training(
    setting: str,
    seed: list[int],
    classifier: Arrays,
    iterations: int = 3000,
    width: int = 32,
    rate: float = 2e-4,
    network: str = "squeezenet1_1",
) -> list[Arrays]:
    """Train the lab's DCGAN on other images.

    With "slower", the discriminator has a fifth of the learning rate. At 64×64 both networks have one more layer, which
    continues the pattern of widths: 256 channels. 3000 batches at 64×64 take an hour and a half on one core, at 32×32 a
    quarter of an hour. On a GPU the seeds of a setting are one stack.

    Returns:
        for each seed what `experiments.gan.training.train` does; "floor", the distance of the two halves of real
        images, measured as generated ones are; uint8 "real" [12, side, side], for the sheet.
    """
    import numpy as np

    from experiments.lab.data import mnist
    from experiments.lab.data.squares import enlarged, padded
    from experiments.lab.methods.adversarial_training import Setting, noise
    from experiments.lab.nets.dcgan import Discriminator, Generator

    kind, side = setting.split("-")[0], int(setting.split("-")[1])
    if kind == "mnist":
        digits = mnist.load()
        images, test = (enlarged(padded(some), side // 32) for some in (digits.train, digits.test))
        halves = [(test[classifier["reference"]], test[~classifier["reference"]])] * len(seed)
        measures = [_digit_measure(classifier, halves[0][0])] * len(seed)
    else:
        images = scenes(side)
        orders = [np.random.default_rng(one).permutation(len(images)) for one in seed]
        middle = len(images) // 2
        halves = [(images[order[:middle]], images[order[middle:]]) for order in orders]
        measures = [_photograph_measure(network, reference) for reference, _ in halves]
    slower = 0.2 if setting.endswith("slower") else 1.0
    samples = len(halves[0][0])
    results = train_seeds(
        [
            (
                built(lambda: Generator(width=width, side=side), 2 * one),
                built(lambda: Discriminator(width, side), 2 * one + 1),
            )
            for one in seed
        ],
        (images, np.zeros(len(images), int)),
        Setting(generator_rate=rate, discriminator_rate=slower * rate),
        seed,
        iterations,
        measures,
        samples,
        noise(24, 100, [3]),
    )
    return [
        {**found, "floor": np.array(measure(rest[:samples])["frechet"]), "real": rest[:12]}
        for found, measure, (_, rest) in zip(results, measures, halves, strict=True)
    ]


def scenes(side: int) -> np.ndarray:
    """All photographs of 15-Scene, training and test, resized to squares: uint8 [images, side, side]."""
    import numpy as np
    from PIL import Image

    from experiments.lab.data import fifteen_scene

    photographs = fifteen_scene.load()
    # A filter that averages: the lab's bilinear one would leave steps when photographs become this small.
    return np.stack(
        [np.asarray(photographs.image(i).resize((side, side), Image.Resampling.BOX)) for i in range(len(photographs))]
    )


def _digit_measure(classifier: Arrays, reference: np.ndarray) -> Measure:
    """Quality measures of digits at side 64, against real ones enlarged like the training images."""
    from experiments.gan.quality import Yardstick, as_seen, measures, trained_classifier
    from experiments.lab.methods.within_class_diversity import within_class_diversity

    model = trained_classifier(classifier)
    real = as_seen(model, reference)
    known = Yardstick(real["feature"], within_class_diversity(real["feature"], real["predicted"]))
    return lambda images: measures(as_seen(model, images), known)


def _photograph_measure(network: str, reference: np.ndarray) -> Measure:
    """The Fréchet distance to `reference` on a network's last features, averaged over the image, at 112×112 pixels."""
    from experiments.lab.methods.frechet_distance import frechet_distance

    known = _photograph_features(network, reference)
    return lambda images: {"frechet": frechet_distance(_photograph_features(network, images), known)}


def _photograph_features(network: str, images: np.ndarray, side: int = 112, batch: int = 100) -> np.ndarray:
    import numpy as np
    import torch

    from experiments.lab.device import best_device
    from experiments.lab.nets.inputs import normalised
    from experiments.lab.nets.registry import build

    device = best_device()
    model = build(network).to(device).to(memory_format=torch.channels_last)
    found = []
    with torch.inference_mode():
        for begin in range(0, len(images), batch):
            x = normalised(images[begin : begin + batch]).to(device)
            x = torch.nn.functional.interpolate(x, (side, side), mode="bilinear", align_corners=False)
            found.append(model.features(x).mean((2, 3)).cpu().numpy())  # type: ignore[operator]
    return np.concatenate(found)


@experiment(
    matrix={"setting": SETTINGS, "seed": [0, 1, 2]},
    inputs={"training": size_training},
    demo={"setting": DEMO_SETTINGS, "seed": [0]},
)
def dcgan_sizes(setting: str, seed: int, training: Arrays) -> pd.DataFrame:
    """Fréchet distance during training, and that between real images.

    Distances of digits and of photographs cannot be compared: their features come from different networks.
    """
    return pd.DataFrame(
        {
            "setting": setting,
            "seed": seed,
            "iteration": training["moment"],
            "seconds": training["seconds"].round(1),
            "frechet": training["measure/frechet"],
            "floor": float(training["floor"]),
            "times_floor": training["measure/frechet"] / float(training["floor"]),
        }
    )


@experiment(inputs={"training": size_training}, local=True)
def sizes_sheet(training: dict, seed: int = 0) -> Arrays:
    """For each setting a row of one seed's generated images and a row of real ones, at 64 pixels.

    Returns:
        "setting"; uint8 "image" [settings × 2, 12, 64, 64].
    """
    import numpy as np

    rows, names = [], []
    for label, arrays in training.items():
        if not label.endswith(f"seed={seed}"):
            continue
        for images in (arrays["sheet"][-1][:12], arrays["real"]):
            factor = 64 // images.shape[1]
            rows.append(images.repeat(factor, 1).repeat(factor, 2))
        names.append(label.partition("=")[2].partition(",")[0])
    return {"setting": np.array(names), "image": np.stack(rows)}


@figure(
    dcgan_sizes,
    caption="[At 64×64 it depends on the seed whether training on digits takes "
    'off]{claim="size_losses.mnist_64.start_depends_on_seed"}; [with a slower discriminator every seed ends '
    'worse]{claim="dcgan_sizes.slower_is_worse == dcgan_sizes.seeds"}. Fréchet distance relative to that between two '
    "halves of the real images: 1, dashed, would be as good as real. One line for each seed. Digits and photographs "
    "are measured with different networks, so the panels cannot be compared.",
    alt="Two panels of curves above a dashed line at 1. Those of photographs fall together, the smaller ones farther. "
    "Of those of digits at 64 by 64 one falls far, one late and a little, and one stays level; those with a slower "
    "discriminator stay high and waver.",
)
def dcgan_sizes_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A line for each seed, as seeds may differ too much for a mean; digits and photographs apart."""
    from experiments.gan.curves import COLOURS, iterations_axis, line_by_seed, logarithmic
    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    fig, axes = panels(2, narrow=narrow, height=3.6, narrow_height=2.6)
    titles = {"mnist": "digits (MNIST)", "scenes": "photographs (15-Scene)"}
    for axis, (kind, title) in zip(axes, titles.items(), strict=True):
        for setting in (name for name in results["setting"].unique() if name.startswith(kind)):
            rows = results[results["setting"] == setting]
            label = words(str(setting)).partition(", ")[2]
            style = {"marker": "o", "markersize": 3, "linestyle": "--" if setting.endswith("slower") else "-"}
            line_by_seed(axis, rows, "times_floor", SETTING_COLOURS[setting], label, **style)
        axis.axhline(1, color=COLOURS["real"], linestyle="--", linewidth=1.5)
        axis.set_title(title)
        logarithmic(axis, "y")
        iterations_axis(axis, results)
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), bbox_transform=axis.get_yaxis_transform())
    line_label(axes[0], (results["iteration"].max(), 1), "as good as real", COLOURS["real"], (0, -3), "right")
    axes[0].set_ylim(bottom=0.4)
    axes[1].set_ylim(bottom=0.6)
    fig.align_ylabels(axes)
    for axis in axes if narrow else axes[:1]:
        axis.set_ylabel("Fréchet distance relative\nto real images")
    return fig


@figure(
    sizes_sheet,
    format="png",
    caption="With the slower discriminator every noise vector gives nearly the same digit, and scenes stay patches of "
    "light and dark. Images of the first seed's generators at the end of training, and real ones below them.",
    alt="Four pairs of rows of images; the lower row of each shows real ones. The generated digits are legible "
    "strokes, all different; with the slower discriminator the same digit appears five times; the generated scenes are "
    "bright and dark patches with edges.",
)
def sizes_pictures(images: Arrays) -> Figure:
    """Pairs of rows: generated above real images. Few of them, as noisy images make a large file."""
    shown = 5
    labels = [label for name in images["setting"] for label in (words(str(name)).replace(", d", ",\nd"), "real")]
    return picture_grid(images["image"][:, :shown], rows=labels, left=1.6, width=3.75)


@summary(dcgan_sizes, sizes_sheet)
def dcgan_sizes_values(results: pd.DataFrame, images: Arrays) -> dict:
    """Start and end of each setting: mean, lowest and highest seed; "before" is the last measurement but one.

    "slower_is_worse" counts the seeds in which digits at 64×64 are worse at the end with the slower discriminator.
    "sheet" is the mean difference of two images of one seed in grey levels, over all pairs and pixels, for generated
    and for real images.
    """
    last, names = results["iteration"].max(), ("frechet", "times_floor", "floor")
    ends = results[results["iteration"] == last].pivot(index="seed", columns="setting", values="frechet")
    before = results[results["iteration"] == results["iteration"].unique()[-2]]
    by_setting = {}
    for setting, rows in results.groupby("setting", sort=False):
        end = rows[rows["iteration"] == last]
        by_setting[str(setting).replace("-", "_")] = {
            "start_frechet": float(rows[rows["iteration"] == 0]["frechet"].mean()),
            **{name: float(end[name].mean()) for name in names},
            **{f"lowest_{name}": float(end[name].min()) for name in names},
            **{f"highest_{name}": float(end[name].max()) for name in names},
            "minutes": float(end["seconds"].max() / 60),
            "before": float(before[before["setting"] == setting]["times_floor"].mean()),
        }
    return {
        "iterations": int(last),
        "seeds": int(results["seed"].nunique()),
        "settings": list(results["setting"].unique()),
        "by_setting": by_setting,
        "slower_is_worse": int((ends["mnist-64-slower"] > ends["mnist-64"]).sum()),
        "sheet": {"images": images["image"].shape[1]}
        | {
            str(setting).replace("-", "_"): {"generated": _difference(generated), "real": _difference(real)}
            for setting, generated, real in zip(
                images["setting"], images["image"][::2], images["image"][1::2], strict=True
            )
        },
    }


def _difference(images: np.ndarray) -> float:
    """Mean absolute difference of two of the images [images, side, side], over pixels and pairs."""
    whole = images.astype(float)
    pairs = len(whole) * (len(whole) - 1)
    return float(abs(whole[:, None] - whole[None]).mean((2, 3)).sum() / pairs)


def words(setting: str) -> str:
    """The name of a setting for readers."""
    kind, side, *slower = setting.split("-")
    rate = ", discriminator's rate ÷ 5" if slower else ""
    return f"{'MNIST' if kind == 'mnist' else kind}, {side}×{side}{rate}"


if __name__ == "__main__":
    tpdl.main(__file__)
