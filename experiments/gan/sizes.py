"""Larger images, and another kind of images: MNIST at 64×64, photographs of scenes at 32×32 and 64×64 (question 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier
from experiments.gan.picture_grid import picture_grid
from experiments.gan.training import Measure, built, digit_measure, train
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure


@experiment(
    matrix={"setting": ["mnist-64", "scenes-32", "scenes-64"]},
    inputs={"classifier": classifier},
    data=["mnist", "15-scene", "weights/squeezenet1_1"],
    demo={
        "iterations": 20,
        "width": 4,
        "rate": 1e-3,
        "network": "tiny_squeezenet",
        "setting": ["mnist-64", "scenes-32"],
    },
    local=True,
)
def size_training(
    setting: str,
    classifier: Arrays,
    iterations: int = 1000,
    width: int = 32,
    rate: float = 2e-4,
    network: str = "squeezenet1_1",
    seed: int = 0,
) -> Arrays:
    """The lab's DCGAN on other images; at 64×64 both networks have a layer more, as wide as the pattern goes on: 256 channels.

    1000 batches at 64×64 take half an hour on one core, at 32×32 five minutes.

    Returns:
        what `experiments.gan.training.train` does; "floor", the distance of the two halves of real images that are measured
        as generated ones are; uint8 "real" [12, side, side], for the sheet.
    """
    import numpy as np

    from tpdl.data import mnist
    from tpdl.data.squares import enlarged, padded
    from tpdl.methods.adversarial_training import AdversarialTraining, Setting, noise
    from tpdl.nets.dcgan import Discriminator, Generator

    side = int(setting.rpartition("-")[2])
    if setting.startswith("mnist"):
        digits = mnist.load()
        images, rest = (enlarged(padded(some), side // 32) for some in (digits.train, digits.test))
        measure, samples = digit_measure(classifier)
        rest = rest[~classifier["reference"]][:samples]
    else:
        images, half = scenes(side), np.random.default_rng(seed).permutation
        order = half(len(images))
        reference, rest = images[order[: len(order) // 2]], images[order[len(order) // 2 :]]
        measure, samples = _photograph_measure(network, reference), len(reference)
    training = AdversarialTraining(
        built(lambda: Generator(width=width, side=side), 2 * seed),
        built(lambda: Discriminator(width, side), 2 * seed + 1),
        images,
        np.zeros(len(images), int),
        Setting(generator_rate=rate, discriminator_rate=rate),
        seed,
    )
    found = train(training, iterations, measure, samples, noise(24, 100, [3]))
    return found | {"floor": np.array(measure(rest)["frechet"]), "real": rest[:12]}


def scenes(side: int) -> np.ndarray:
    """All photographs of 15-Scene, training and test, squeezed to squares: uint8 [images, side, side]."""
    import numpy as np
    from PIL import Image

    from tpdl.data import fifteen_scene

    photographs = fifteen_scene.load()
    # A filter that averages: the lab's bilinear one would leave steps when photographs become this small.
    return np.stack(
        [np.asarray(photographs.image(i).resize((side, side), Image.Resampling.BOX)) for i in range(len(photographs))]
    )


def _photograph_measure(network: str, reference: np.ndarray) -> Measure:
    """The Fréchet distance to `reference` on a network's last features, averaged over the image, at 112×112 pixels."""
    from tpdl.methods.frechet_distance import frechet_distance

    known = _photograph_features(network, reference)
    return lambda images: {"frechet": frechet_distance(_photograph_features(network, images), known)}


def _photograph_features(network: str, images: np.ndarray, side: int = 112, batch: int = 100) -> np.ndarray:
    import numpy as np
    import torch

    from tpdl.methods.device import best_device
    from tpdl.nets.inputs import normalised
    from tpdl.nets.registry import build

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
    matrix={"setting": ["mnist-64", "scenes-32", "scenes-64"]},
    inputs={"training": size_training},
    demo={"setting": ["mnist-64", "scenes-32"]},
)
def dcgan_sizes(setting: str, training: Arrays) -> pd.DataFrame:
    """Fréchet distance at every moment, and that of real images to real ones; distances of digits and of photographs do not compare.

    `d_real` and `d_fake`, D(x) and D(G(z)), are means over the second half of the training, the same in every row.
    """
    late = training["history"][len(training["history"]) // 2 :].mean(0)
    return pd.DataFrame(
        {
            "setting": setting,
            "iteration": training["moment"],
            "seconds": training["seconds"].round(1),
            "frechet": training["measure/frechet"],
            "floor": float(training["floor"]),
            "times_floor": training["measure/frechet"] / float(training["floor"]),
            "d_real": float(late[2]),
            "d_fake": float(late[3]),
        }
    )


@experiment(inputs={"training": size_training}, local=True)
def sizes_sheet(training: dict) -> Arrays:
    """Per setting two rows of generated and one of real images, at 64 pixels: "setting", uint8 "image" [settings × 3, 12, 64, 64]."""
    import numpy as np

    rows, names = [], []
    for label, arrays in training.items():
        for images in (arrays["sheet"][-1][:12], arrays["sheet"][-1][12:24], arrays["real"]):
            factor = 64 // images.shape[1]
            rows.append(images.repeat(factor, 1).repeat(factor, 2))
        names.append(label.partition("=")[2])
    return {"setting": np.array(names), "image": np.stack(rows)}


@figure(
    dcgan_sizes,
    caption="Fréchet distance over the distance of two halves of the real images, against iterations: 1 would be as good as real.",
    alt="Curves, one for each kind and size of image, far above a dashed line at 1: those of scenes fall, that of MNIST at 64 by 64 stays level.",
)
def dcgan_sizes_curves(results: pd.DataFrame) -> Figure:
    """One curve for each setting."""
    from matplotlib.figure import Figure

    from experiments.gan.curves import iterations_axis, logarithmic

    fig = Figure(figsize=(7.2, 3.6))
    axis = fig.subplots()
    for (setting, rows), colour in zip(results.groupby("setting", sort=False), ("C0", "C1", "C4"), strict=False):
        axis.plot(
            rows["iteration"], rows["times_floor"], "o-", color=colour, label=_words(str(setting)), markersize=3.5
        )
    axis.axhline(1, color="C2", linestyle="--", linewidth=1.5, label="real against real")
    axis.set_ylabel("Fréchet distance / real images' own")
    logarithmic(axis, "y")
    iterations_axis(axis, results)
    fig.legend(loc="outside upper center", ncols=4)
    return fig


@figure(
    sizes_sheet,
    format="png",
    caption="Generated images at the end of training, and real ones below them.",
    alt="Three pairs of rows of images; the lower row of each shows real ones. The generated digits are one grey pattern, the generated scenes bright and dark patches with edges.",
)
def sizes_pictures(images: Arrays) -> Figure:
    """Pairs of rows; few images, as noise makes a picture large."""
    shown, side = 5, images["image"].shape[-1]
    rows = images["image"].reshape(-1, 3, images["image"].shape[1], side, side)[:, [0, 2], :shown]
    labels = [words for name in images["setting"] for words in (_words(str(name)), "real")]
    return picture_grid(rows.reshape(-1, shown, side, side), rows=labels, left=1.15, width=3.3)


@summary(dcgan_sizes)
def dcgan_sizes_values(results: pd.DataFrame) -> dict:
    """Where each setting begins and ends."""
    ends = results.groupby("setting", sort=False).last()
    first = results.groupby("setting", sort=False).first()
    keys = ("frechet", "floor", "times_floor", "seconds", "d_real", "d_fake")
    return {
        "iterations": int(results["iteration"].max()),
        "settings": list(ends.index),
        "by_setting": {
            str(name).replace("-", "_"): {key: float(row[key]) for key in keys}
            | {"start_frechet": float(first.loc[name, "frechet"])}
            for name, row in ends.iterrows()
        },
    }


def _words(setting: str) -> str:
    kind, _, side = setting.partition("-")
    return f"{'MNIST' if kind == 'mnist' else kind}, {side}×{side}"


if __name__ == "__main__":
    tpdl.main(__file__)
