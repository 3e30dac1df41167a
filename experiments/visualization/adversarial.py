"""Adversarial examples as in the lab (question 5): every image towards several target classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.sheet import thumbnail
from tpdl import Arrays, experiment, figure, note, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUALITIES = (95, 75, 50)
"""Of JPEG files."""
QUANTILES = (0, 0.25, 0.5, 0.75, 1)
"""Pairs on the sheet, by the size of the perturbation: the easiest, the hardest, and some between."""


@experiment(data=["imagenet-25", "weights/{network}"], demo={"network": "tiny_squeezenet", "targets": 3}, local=True)
def adversarial_images(
    network: str = "squeezenet1_1", targets: int = 8, rate: float = 1.0, limit: int = 100, seed: int = 0
) -> Arrays:
    """The lab's attack on every image towards each of `targets` classes.

    The targets are drawn among the classes that no image has or is classified as.

    Returns:
        over pairs of image and target: "image" (from 0), "target" (class index), "steps", "reached", "change" (the
        perturbation of the network input, float32 [pairs, 3, side, side]).
    """
    import time

    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods.fooling import fool
    from experiments.lab.nets.class_gradient import for_class_gradients
    from experiments.lab.nets.frozen import frozen, on_device_of, scores_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs, model = imagenet.load(), for_class_gradients(frozen(network))
    inputs = coloured(photographs.images, image_size(network))
    taken = {*scores_of(model, inputs).argmax(1).tolist(), *photographs.labels.tolist()}
    free = [k for k in range(len(photographs.classes)) if k not in taken]
    chosen = np.sort(np.random.default_rng(seed).choice(free, targets, replace=False))
    image, target = (grid.ravel() for grid in np.meshgrid(range(len(inputs)), chosen, indexing="ij"))
    start, begun = on_device_of(model, inputs[image]), time.perf_counter()
    made = fool(model, start, torch.from_numpy(target).to(start.device), rate=rate, limit=limit)
    seconds = time.perf_counter() - begun
    note(pairs_per_second=round(len(image) / seconds, 2), steps_per_second=round(made.steps.sum().item() / seconds, 1))
    return {
        "image": image,
        "target": target,
        "steps": made.steps.cpu().numpy(),
        "reached": made.reached.cpu().numpy(),
        "change": (made.images - start).cpu().numpy(),
    }


@experiment(
    inputs={"made": adversarial_images},
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet"},
)
def adversarial(made: Arrays, network: str = "squeezenet1_1") -> pd.DataFrame:
    """One row for each pair of image and target: success, size and visibility of the perturbation, and what survives.

    Sizes are those of the change of colours in 0 … 255: `l2` over all pixels and channels, `rms` its root mean square,
    `linf` its maximum. `ssim` compares both images. `KIND_target` is whether the network still predicts the target
    after the image is stored as KIND, and `KIND_fooled` whether its prediction still differs from that for the original
    stored in the same way.
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods.image_measures import structural_similarity
    from experiments.lab.methods.jpeg import jpeg
    from experiments.lab.nets.frozen import frozen, pixels, scores_of
    from experiments.lab.nets.imagenet_statistics import DEVIATION
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs, model, side = imagenet.load(), frozen(network), image_size(network)
    image, target = made["image"], made["target"]
    inputs = coloured(photographs.images, side)
    changed = inputs[image] + torch.from_numpy(made["change"])
    colours, originals = pixels(changed), pixels(inputs)
    grey_levels = 255 * made["change"] * np.array(DEVIATION, np.float32)[:, None, None]
    rounded, plain = (np.round(255 * values).astype(np.uint8) for values in (colours, originals))
    stored = {"rounded": (rounded, plain)}
    for quality in QUALITIES:
        stored[f"jpeg{quality}"] = tuple(np.stack([jpeg(x, quality) for x in each]) for each in (rounded, plain))  # type: ignore[assignment]
    before, after = scores_of(model, inputs), scores_of(model, changed)
    length = np.sqrt((grey_levels**2).sum((1, 2, 3)))
    columns = {
        "network": network,
        "image": image + 1,
        "true": [photographs.classes[photographs.labels[i]] for i in image],
        "predicted": [photographs.classes[k] for k in before.argmax(1)[image]],
        "target": [photographs.classes[k] for k in target],
        "reached": made["reached"],
        "steps": made["steps"],
        "l2": length,
        "rms": length / np.sqrt(grey_levels[0].size),
        "linf": np.abs(grey_levels).max((1, 2, 3)),
        "beyond": ((changed - torch.from_numpy(_clipped(colours))).abs() > 1e-4).float().mean((1, 2, 3)).numpy(),
        "ssim": structural_similarity(originals[image], colours),
        "probability_before": before.softmax(1)[image, target].numpy(),
        "probability_after": after.softmax(1)[range(len(target)), target].numpy(),
    }
    for kind, (ours, theirs) in progress(stored.items(), "ways to store"):
        said, was = (scores_of(model, coloured(x, side)).argmax(1).numpy() for x in (ours, theirs))
        columns |= {f"{kind}_target": said == target, f"{kind}_fooled": said != was[image]}
    return pd.DataFrame(columns)


def _clipped(colours):  # type: ignore[no-untyped-def]
    """Network inputs clipped to colours in 0 … 1."""
    from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN

    return ((colours - MEAN) / DEVIATION).transpose(0, 3, 1, 2).astype("float32")


@experiment(inputs={"made": adversarial_images, "results": adversarial}, data=["imagenet-25"], local=True)
def adversarial_thumbnails(made: Arrays, results: pd.DataFrame) -> Arrays:
    """For the sheet: original, adversarial image and perturbation, of pairs from the easiest to the hardest.

    Returns:
        "row" of the results; "original", "adversarial", uint8 [pairs, side, side, 3]; "change", in grey levels of the
        middle 112 × 112 pixels (all of a smaller image), rounded to int8 [pairs, side, side, 3].
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.nets.frozen import pixels
    from experiments.lab.nets.imagenet_statistics import DEVIATION
    from experiments.lab.nets.inputs import coloured

    order = results[results["reached"]].sort_values("rms", kind="stable").index.to_numpy()
    rows = order[[round(q * (len(order) - 1)) for q in QUANTILES]]
    change = made["change"][rows]
    inputs = coloured(imagenet.load().images, change.shape[-1])[made["image"][rows]]
    shown = [(255 * pixels(x)).astype(np.uint8) for x in (inputs, inputs + torch.from_numpy(change))]
    levels = 255 * (change * np.array(DEVIATION)[:, None, None]).transpose(0, 2, 3, 1)
    edge = max(0, (levels.shape[1] - 112) // 2)
    middle = levels[:, edge : levels.shape[1] - edge, edge : levels.shape[2] - edge]
    return {
        "row": rows,
        "original": np.stack([thumbnail(x, 128, 64) for x in shown[0]]),
        "adversarial": np.stack([thumbnail(x, 128, 64) for x in shown[1]]),
        "change": np.clip(np.round(middle), -127, 127).astype(np.int8),
    }


@figure(
    adversarial,
    adversarial_thumbnails,
    format="png",
    caption="The pair with the smallest perturbation (top), the median and the largest (bottom): original, adversarial "
    "image, the centre of the perturbation as it is, and amplified ten times. Above the first two, the network's "
    "prediction, which need not be the true class, and the probability of the target. Grey is no change; the bar gives "
    "the grey levels of the last column, where larger changes are clipped to its ends.",
    alt="Three rows of four pictures. Original and adversarial image look the same. The perturbation is an even grey; "
    "amplified ten times it is coloured noise, finer and fainter in the upper rows.",
)
def adversarial_sheet(results: pd.DataFrame, images: Arrays) -> Figure:
    """A row for each pair."""
    import numpy as np
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    places = range(0, len(images["row"]), 2)  # easiest, median, hardest
    rows = images["row"][places]
    fig = Figure(figsize=(7.6, 2.02 * len(rows) + 0.3))
    axes = fig.subplots(len(rows), 4, squeeze=False)
    change = images["change"].astype(float)
    for axis, i, row in zip(axes, places, rows, strict=True):
        about = results.loc[row]
        tiles = [
            images["original"][i],
            images["adversarial"][i],
            *((128 + k * change[i]).clip(0, 255) for k in (1, 10)),
        ]
        for place, tile in zip(axis, tiles, strict=True):
            place.imshow(np.asarray(tile, np.uint8) // 8 * 8 + 4, interpolation="nearest")
            place.set(xticks=[], yticks=[])
            for spine in place.spines.values():
                spine.set_visible(False)
        titles = [
            f"{_short(about['predicted'])}",
            f"{_short(about['target'])} {about['probability_after']:.0%}",
            f"{about['steps']} step{'' if about['steps'] == 1 else 's'}, rms {about['rms']:.2f}",
            f"change × 10, largest {about['linf']:.0f}",
        ]
        for place, title in zip(axis, titles, strict=True):
            place.set_title(title, fontsize=8, pad=3)
    scale = ScalarMappable(Normalize(-12.8, 12.7), "gray")
    bar = fig.colorbar(scale, ax=axes[-1, :].tolist(), location="bottom", fraction=0.04, pad=0.03, aspect=50)
    bar.set_label("change in grey levels (last column)", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return fig


@figure(
    adversarial,
    suffix="sizes",
    caption="All pairs of image and target that succeeded. Left: root mean square of the perturbation against the "
    "number of steps. Right: share of the adversarial images that, after they have been stored, are still classified "
    "as the target, and still classified differently from the original.",
    alt="Left, dots along a rising curve that bends downwards. Right, pairs of bars for 8-bit rounding and three JPEG "
    "qualities; the first of each pair falls much faster than the second.",
)
def adversarial_sizes(results: pd.DataFrame) -> Figure:
    """Sizes of the perturbations on the left, survival on the right."""
    import numpy as np
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.6, 3.4))
    left, right = fig.subplots(1, 2)
    reached = results[results["reached"]]
    left.plot(reached["steps"], reached["rms"], ".", alpha=0.5)
    left.set(xlabel="steps", ylabel="rms change in grey levels", xlim=(0, None), ylim=(0, None))
    kinds = ["rounded", *(f"jpeg{quality}" for quality in QUALITIES)]
    for aside, what, colour, label in (
        (-0.2, "target", "C0", "still the target"),
        (0.2, "fooled", "C1", "still wrong"),
    ):
        shares = [reached[f"{kind}_{what}"].mean() for kind in kinds]
        bars = right.bar(np.arange(len(kinds)) + aside, shares, 0.4, color=colour, label=label)
        right.bar_label(bars, [f"{share:.0%}" for share in shares], fontsize=8, padding=2)
    right.set_xticks(range(len(kinds)), ["8 bits", *(f"JPEG {quality}" for quality in QUALITIES)])
    right.set(ylim=(0, 1.15), ylabel="share of adversarial images")
    right.yaxis.set_major_formatter("{x:.0%}")
    right.set_yticks(np.linspace(0, 1, 6))
    right.grid(axis="x", visible=False)
    right.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.16), fontsize=8)
    return fig


@summary(adversarial)
def adversarial_values(results: pd.DataFrame) -> dict:
    """The success rate, sizes of the successful perturbations, their survival, and what affects the number of steps."""
    from experiments.lab.methods.intervals import mean_interval

    reached = results[results["reached"]]
    by_image = lambda column, rows=reached: rows.groupby("image")[column].mean().to_numpy(float)  # noqa: E731
    kept = ("image", "true", "predicted", "target", "steps", "rms", "linf", "l2", "ssim")
    ordered = reached.sort_values("rms", kind="stable")
    return {
        "network": results["network"].iloc[0],
        "pairs": len(results),
        "images": results["image"].nunique(),
        "targets": sorted(results["target"].unique()),
        "success": results["reached"].mean(),
        "success_count": results["reached"].sum(),
        "success_interval": mean_interval(by_image("reached", results)),
        "success_lower": _lower(int(results["reached"].sum()), len(results)),
        "median": {key: reached[key].median() for key in ("steps", "l2", "rms", "linf", "ssim")},
        "largest": {key: float(reached[key].max()) for key in ("steps", "l2", "rms", "linf")},
        "least_ssim": reached["ssim"].min(),
        "probability_before": reached["probability_before"].median(),
        "probability_after": reached["probability_after"].median(),
        "beyond": reached["beyond"].mean(),
        "easiest": {key: ordered.iloc[0][key] for key in kept},
        "hardest": {key: ordered.iloc[-1][key] for key in kept},
        "failed": (~results["reached"]).sum(),
        "failed_targets": sorted(results.loc[~results["reached"], "target"].unique()),
        "below_one_level": (reached["rms"] < 1).mean(),
        "step_variance": _step_variance(results),
        "survival": {
            kind: {
                what: {
                    "share": reached[f"{kind}_{what}"].mean(),
                    "interval": mean_interval(by_image(f"{kind}_{what}")),
                }
                for what in ("target", "fooled")
            }
            for kind in ("rounded", *(f"jpeg{quality}" for quality in QUALITIES))
        },
    }


def _lower(successes: int, trials: int) -> float:
    """Lower end of the exact 95 % interval of a proportion (Clopper and Pearson 1934)."""
    from scipy.stats import binomtest

    return binomtest(successes, trials).proportion_ci(method="exact").low


def _step_variance(rows: pd.DataFrame) -> dict[str, float]:
    """Variance components of the logarithm of the steps: shares of image, of target, and the rest.

    These are components of the two-way layout, so that more images than targets do not by themselves make a larger
    share. A failure counts as the number of steps after which it was given up.
    """
    import numpy as np

    logs = np.log(rows["steps"].clip(lower=1))
    table = logs.groupby([rows["image"], rows["target"]]).mean().unstack()
    images, targets = table.shape
    by_image, by_target, mean = table.mean(axis=1), table.mean(axis=0), float(table.to_numpy().mean())
    rest = table.sub(by_image, axis=0).sub(by_target, axis=1) + mean
    noise = float((rest**2).to_numpy().sum()) / max((images - 1) * (targets - 1), 1)
    parts = {
        "image": max(float(by_image.var()) - noise / targets, 0.0),
        "target": max(float(by_target.var()) - noise / images, 0.0),
        "rest": noise,
    }
    total = sum(parts.values())
    return {name: part / total if total else 0.0 for name, part in parts.items()}


def _short(name: str, length: int = 20) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"


if __name__ == "__main__":
    tpdl.main(__file__)
