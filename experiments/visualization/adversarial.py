"""Adversarial examples as in the lab (question 5): every image towards several target classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.photographs import photographs
from experiments.visualization.saliency import saliency_pictures
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, note, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUALITIES = (95, 75, 50)
"""Of JPEG files."""
SHOWN = 8
"""Pairs on the sheets."""
FACTORS = (1, 10)
"""By which the change is multiplied to be seen."""


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "targets": 3},
    local=True,
    device="gpu",
)
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
    device="gpu",
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


def shown(results: pd.DataFrame) -> pd.DataFrame:
    """The pairs on the sheets: of those that succeeded the easiest, the hardest, and some evenly spread between."""
    import numpy as np

    ordered = results[results["reached"]].sort_values("rms", kind="stable")
    places = np.unique(np.round(np.linspace(0, len(ordered) - 1, SHOWN)).astype(int))
    return ordered.iloc[places]


@experiment(inputs={"made": adversarial_images, "results": adversarial}, data=["imagenet-25"])
def adversarial_pictures(made: Arrays, results: pd.DataFrame) -> Images:
    """Of some pairs the adversarial image, its change as it is and ten times as strong; and the scales of both.

    A change is shown by what it adds to a grey of 128, and kept to the last grey level.
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.nets.imagenet_statistics import DEVIATION
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.plots.pictures import colours, map_colours, slug

    change, pictures = made["change"], {}
    inputs = coloured(imagenet.load().images, change.shape[-1])
    for row, pair in shown(results).iterrows():
        name, about = slug(pair["true"], pair["target"]), f"photograph of {pair['true']}"
        image = (inputs[pair["image"] - 1] + torch.from_numpy(change[row])).numpy()
        levels = 255 * (change[row] * np.array(DEVIATION)[:, None, None]).transpose(1, 2, 0)
        pictures[name] = Picture(colours(image), f"{about}, changed towards {pair['target']}")
        for factor in FACTORS:
            grey = np.clip(np.round(128 + factor * levels), 0, 255).astype(np.uint8)
            shows = f"change of the {about} towards {pair['target']}, times {factor}"
            pictures[f"{name}-change-{factor}"] = Picture(grey, shows, exact=True)
    ramp = np.tile(np.linspace(0, 255, 224), (20, 1))
    pictures["scale-change"] = Picture(ramp.round().astype(np.uint8), "scale from black to white")
    pictures["scale-saliency"] = Picture(map_colours(ramp), "scale from black through red to bright yellow")
    return pictures


@figure(
    adversarial,
    photographs,
    adversarial_pictures,
    format="sheet",
    caption="[The network names another class, although the image has hardly "
    'changed.]{claim="adversarial.renamed_but_alike"} Pairs that succeeded, from the smallest change to the largest. '
    "Below each: the network's answer for the original, which need not be right; the target and its probability; the "
    "steps; the root mean square of the change in grey levels. Shown as JPEG, as which none is still taken "
    "for its target (@fig-adversarial-sizes).",
    alt="Eight photographs, each before and after the change. No difference can be seen, except in the last ones at "
    "close look.",
)
def adversarial_sheet(results: pd.DataFrame, images: Images, made: Images) -> Sheet:
    """Original and adversarial image as pairs."""
    from experiments.lab.plots.pictures import slug

    tiles = []
    for pair in shown(results).to_dict("records"):
        steps = f"{pair['steps']} step{'' if pair['steps'] == 1 else 's'}"
        label = f"**{pair['predicted']}** → *{pair['target']}* {pair['probability_after']:.0%}, {steps}"
        both = [images[slug(pair["true"])], made[slug(pair["true"], pair["target"])]]
        tiles.append(Tile(both, label=f"{label}, change {pair['rms']:.2f}", alt=f"Photograph of {pair['true']}"))
    return Sheet(tiles, columns=4, frames=["original", "adversarial"])


@figure(
    adversarial,
    saliency_pictures,
    adversarial_pictures,
    suffix="change",
    format="sheet",
    caption='[The changes are denser where saliency is high.]{claim="adversarial_saliency.beyond_null"} The pairs of '
    "@fig-adversarial in the same order: saliency map of the original, change, and change amplified ten times. Grey "
    "is no change. Each colour channel changes by what the scales in the last tile say; a larger change is drawn as "
    "their end.",
    alt="The changes of eight photographs. As they are they are grey all over; amplified ten times they are coloured "
    "noise, faint in the first and strong in the last, and often strongest where the dark saliency map is bright.",
)
def adversarial_change(results: pd.DataFrame, maps: Images, made: Images) -> Sheet:
    """A tile for each pair, and one for the scales."""
    from experiments.lab.plots.pictures import slug

    tiles = []
    for pair in shown(results).to_dict("records"):
        name = slug(pair["true"], pair["target"])
        frames = [maps[slug(pair["true"])], *(made[f"{name}-change-{factor}"] for factor in FACTORS)]
        sizes = f"root mean square {pair['rms']:.2f}, largest {pair['linf']:.0f}"
        tiles.append(
            Tile(
                frames, f"**{pair['predicted']}** → *{pair['target']}*: {sizes}", f"Of the photograph of {pair['true']}"
            )
        )
    ends = [f"−{128 / factor:g} to +{127 / factor:g} grey levels" for factor in FACTORS]
    scales = f"**scales**: saliency 0 to the 99th percentile; change {ends[0]}, × {FACTORS[1]} {ends[1]}"
    tiles.append(Tile([made["scale-saliency"], *[made["scale-change"]] * len(FACTORS)], scales, "Scale of the colours"))
    return Sheet(tiles, columns=4, frames=["saliency", "change", f"change × {FACTORS[1]}"])


@figure(
    adversarial,
    suffix="sizes",
    caption="[Most changes are below one grey level, and no image stored as JPEG is still taken for its "
    'target.]{claim="adversarial.tiny_and_lost_as_jpeg"} All pairs that succeeded. First panel: size of the change '
    "against the steps. Second and third: share of an image's adversarial versions that, once stored, are still taken "
    "for the target, or still named differently from the original stored alike. Dots: images; ring and bar: mean and "
    "95% bootstrap interval.",
    alt="First, dots along a rising curve that bends downwards. Then rows of dots for 8-bit rounding and three JPEG "
    "qualities. Still the target: three quarters after rounding, none after JPEG. Still wrong: nearly all after "
    "rounding, and fewer the lower the quality, with images spread from none to all.",
)
def adversarial_sizes(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Sizes of the perturbations, and what survives storing."""
    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.panels import panels

    fig, (sizes, target, wrong) = panels(3, narrow=narrow, height=3.2, narrow_height=2.3)
    reached = results[results["reached"]]
    sizes.plot(reached["steps"], reached["rms"], ".", alpha=0.5)
    sizes.set(xlabel="steps", ylabel="rms change, grey levels", xlim=(0, None), ylim=(0, None))
    kinds = {"8 bits": "rounded"} | {f"JPEG {quality}": f"jpeg{quality}" for quality in QUALITIES}
    for axis, what, words, colour in (
        (target, "target", "share still the target", "C0"),
        (wrong, "fooled", "share still wrong", "C1"),
    ):
        shares = {name: reached.groupby("image")[f"{kind}_{what}"].mean().to_list() for name, kind in kinds.items()}
        dots(axis, shares, colour, interval=mean_interval, size=3)
        axis.set(xlabel=words, xlim=(-0.05, 1.05))
        axis.set_xticks([0, 0.5, 1])
        axis.xaxis.set_major_formatter("{x:.0%}")
    return fig


@summary(adversarial)
def adversarial_values(results: pd.DataFrame) -> dict:
    """The success rate, sizes of the successful perturbations, their survival, and what affects the number of steps.

    `confusion` says whether the targets that the network confuses an image with are reached with less change: for each
    image the rank correlation, over targets, of the probability before the attack with the size of the change (a
    failure counts as larger than any success, and the sign is turned, so that 1 means that the likeliest target needs
    least); its mean over images with an interval, and how many images have a positive one. `spread` is how many times
    the largest change of all is the smallest. `small_for_most` is whether most changes are below one grey level and
    the median structural similarity is above 0.99. `fooled_lost` is the interval, image by image, of the share of
    adversarial images that still fool the network as JPEG of the first quality but not of the second.

    Statements of the text, each false as soon as one part of it is:

    - `small_but_not_all`: most changes are small, and the largest is above 4 grey levels.
    - `renamed_but_alike`: more than nine in ten attempts succeed, and no structural similarity is below 0.95.
    - `none_kept_by_jpeg`: no image stored as JPEG is still taken for its target.
    - `tiny_and_lost_as_jpeg`: this and most changes below one grey level.
    - `half_fool_as_jpeg`: 40 to 70 % still fool the network as JPEG of the first quality.
    - `confusion_says_little`: the largest change is more than 10 times the smallest, and likelier targets need less
      (the interval of `confusion` is above 0), but not by much (its mean is below 0.5).
    """
    from experiments.lab.methods.intervals import mean_interval

    reached = results[results["reached"]]
    by_image = lambda column, rows=reached: rows.groupby("image")[column].mean().to_numpy(float)  # noqa: E731
    kept = ("image", "true", "predicted", "target", "steps", "rms", "linf", "l2", "ssim")
    ordered = reached.sort_values("rms", kind="stable")
    below_one_level, confusion = (reached["rms"] < 1).mean(), needs_less(results, "probability_before")
    small_for_most = bool(below_one_level > 0.5 and reached["ssim"].median() > 0.99)
    spread = reached["rms"].max() / reached["rms"].min()
    lost_as_jpeg = not reached[[f"jpeg{quality}_target" for quality in QUALITIES]].any(axis=None)
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
        "below_one_level": below_one_level,
        "step_variance": _step_variance(results),
        "confusion": confusion,
        "spread": spread,
        "small_for_most": small_for_most,
        "small_but_not_all": bool(small_for_most and reached["rms"].max() > 4),
        "renamed_but_alike": bool(results["reached"].mean() > 0.9 and reached["ssim"].min() > 0.95),
        "none_kept_by_jpeg": bool(lost_as_jpeg),
        "tiny_and_lost_as_jpeg": bool(lost_as_jpeg and below_one_level > 0.5),
        "half_fool_as_jpeg": bool(0.4 < reached[f"jpeg{QUALITIES[0]}_fooled"].mean() < 0.7),
        "confusion_says_little": bool(
            confusion and spread > 10 and confusion["interval"][0] > 0 and confusion["mean"] < 0.5
        ),
        "fooled_lost": mean_interval(
            by_image(f"jpeg{QUALITIES[0]}_fooled") - by_image(f"jpeg{QUALITIES[1]}_fooled"),
        ),
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


def needs_less(results: pd.DataFrame, column: str) -> dict | None:
    """Whether the targets with more of something need less change, image by image.

        needs_less(results, "probability_before")["mean"]  # 1: of each image the likelier target needs less

    Args:
        results: of `adversarial`; a failure counts as larger than any success.
        column: what is compared with the change, one number for each pair of image and target.

    Returns:
        the rank correlation over targets, with the sign turned: its mean over images, a bootstrap interval, how many
        images have a positive one, and of how many. None if there is no image in which both vary.
    """
    import numpy as np
    from scipy.stats import spearmanr

    from experiments.lab.methods.intervals import mean_interval

    need = results["rms"].where(results["reached"], np.inf)
    by_image = [
        float(spearmanr(-rows[column], rows["need"].rank()).statistic)
        for _, rows in results.assign(need=need).groupby("image")
        if rows["need"].nunique() > 1 and rows[column].nunique() > 1
    ]
    if not by_image:
        return None
    each = np.array(by_image)
    return {
        "mean": each.mean(),
        "interval": mean_interval(each),
        "positive": (each > 0).sum(),
        "images": len(each),
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


if __name__ == "__main__":
    tpdl.main(__file__)
