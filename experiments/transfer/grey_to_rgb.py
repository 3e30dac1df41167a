"""Three ways to feed grey images to a network trained on colour images (question 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import colour, title
from experiments.transfer.sample_size import best_cut
from experiments.transfer.training import trained
from experiments.transfer.tuning_images import tuning_images
from tpdl import Arrays, experiment, figure, progress, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from matplotlib.figure import Figure
    from torch import Tensor, nn


@experiment(
    matrix={"network": ["squeezenet1_1", "vgg16"]},
    demo={"network": ["tiny_squeezenet", "tiny_vgg"], "rounds": 2},
)
def grey_first_layer(network: str, images: int = 4, rounds: int = 9, seed: int = 0) -> pd.DataFrame:
    """One row for each method: how far its output is from that of the repeated channel, and the time for an image.

    The methods: the channel is repeated; the first layer is summed over its input channels; or it is summed with one
    constant for the whole map, which is wrong at a padded border. Weights and images are random, since neither time nor
    rounding errors depend on what was learned. `first_difference` and `difference` are the largest differences over all
    outputs of the first layer and of the network, relative to the largest output. Times are the median of `rounds`, in
    which the methods take turns on one thread of the processor (see `experiments.lab.methods.turns`); `idleness` is the
    least ratio of its time to that of the clock.
    """
    import numpy as np
    import torch

    from experiments.lab.methods.turns import in_turns
    from experiments.lab.nets.grey import first_convolution, make_grey
    from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN
    from experiments.lab.nets.layers import layers
    from experiments.lab.nets.registry import build, image_size

    mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, DEVIATION))
    last = torch.channels_last
    side = image_size(network)
    grey = torch.rand(images, 1, side, side, generator=torch.Generator().manual_seed(seed))
    work = [layer.multiplications for layer in layers(network)]

    def colour(grey: Tensor) -> Tensor:
        return ((grey - mean) / deviation).contiguous(memory_format=last)

    def alone(grey: Tensor) -> Tensor:
        return grey.contiguous(memory_format=last)

    ways = {
        "repeated": (build(network, "random", seed), colour, 1.0),
        "summed": (make_grey(build(network, "random", seed), MEAN, DEVIATION, side), alone, 1 / 3),
        "summed, one constant": (
            make_grey(build(network, "random", seed), MEAN, DEVIATION, side, border=False),
            alone,
            1 / 3,
        ),
    }
    outputs: dict[str, list[Tensor]] = {}
    name, _ = first_convolution(ways["repeated"][0])

    def both(way: str) -> Callable[[Callable[[], None]], None]:
        model, prepare, _ = ways[way]
        model = model.to(memory_format=last)
        first = model.get_submodule(name)

        def run(mark: Callable[[], None]) -> None:
            with torch.inference_mode():
                outputs[way] = [first(prepare(grey))]
                mark()
                outputs[way].append(model(prepare(grey)))
                mark()

        return run

    took = in_turns({way: both(way) for way in ways}, rounds)
    milliseconds = {
        way: 1000 / images * np.median(np.diff(turns.processor, axis=1, prepend=0), axis=0)
        for way, turns in took.items()
    }
    rows = []
    for way, (_, _, share) in ways.items():
        apart = [
            float((found - wanted).abs().max() / wanted.abs().max())
            for found, wanted in zip(outputs[way], outputs["repeated"], strict=True)
        ]
        rows.append(
            {"network": network, "way": way, "first_difference": apart[0], "difference": apart[1]}
            | {"first_milliseconds": milliseconds[way][0], "milliseconds": milliseconds[way][1]}
            | {"multiplications": int(sum(work[1:]) + share * work[0]), "first_share": work[0] / sum(work)}
            | {"images": images, "side": side, "rounds": rounds}
            | {"idleness": min(turns.idleness for turns in took.values())}
        )
    return pd.DataFrame(rows)


@experiment(
    matrix={"way": ["repeated", "summed"]},
    inputs={"images": tuning_images, "best": best_cut},
    data=["weights/{network}"],
    demo={"network": "tiny_squeezenet", "side": 64},
    device="gpu",
)
def grey_as_it_is(
    way: str, images: Arrays, best: dict, network: str = "squeezenet1_1", side: int = 112, C: float = 1.0
) -> Arrays:
    """Classify the test images by an SVM at the best cut, with the grey channel repeated or the first layer summed.

    Args:
        way: "repeated" or "summed".
        images, best: pixels and labels; the best cut.
        network: pretrained.
        side: in pixels, smaller than in the other experiments, so that `grey_learned` is affordable at the same size.
        C: inverse regularisation strength of the SVM.

    Returns:
        what `_named` returns.
    """
    from torch import nn

    from experiments.lab.nets.adapted import OneByOne
    from experiments.lab.nets.grey import make_grey
    from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN
    from experiments.lab.nets.registry import build

    model = build(network)
    if way == "summed":
        return _named(nn.Identity(), make_grey(model, MEAN, DEVIATION, side), images, best, side, C)
    return _named(OneByOne(MEAN, DEVIATION), model, images, best, side, C)


@experiment(
    matrix={"seed": [0, 1, 2]},
    inputs={"images": tuning_images, "best": best_cut},
    data=["weights/{network}"],
    demo={"network": "tiny_squeezenet", "side": 64, "seed": [0], "epochs": 2},
    device="gpu",
)
def grey_learned(
    seed: int,
    images: Arrays,
    best: dict,
    network: str = "squeezenet1_1",
    side: int = 112,
    epochs: int = 3,
    C: float = 1.0,
    head_rate: float = 3e-3,
    channel_rate: float = 1e-2,
) -> Arrays:
    """The same with a learned 1×1 convolution before the network, initialised to repeat the channel.

    It is trained together with a new last layer, with the network between them frozen; then the layer is dropped.

    Args:
        seed: of training.
        images, best, network, side, C: as in `grey_as_it_is`.
        epochs: largest number of epochs.
        head_rate, channel_rate: AdamW's highest learning rate for the last layer and the 1×1 convolution.

    Returns:
        what `_named` returns; "weight" and "bias" [3] of the convolution, for values from 0 to 1; "validation_accuracy"
        over epochs.
    """
    import torch
    from torch import nn

    from experiments.lab.device import best_device
    from experiments.lab.methods.crops import random_view, view
    from experiments.lab.nets.adapted import OneByOne, adapted
    from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN
    from experiments.lab.nets.registry import build

    torch.manual_seed(seed)
    model, channels = build(network), OneByOne(MEAN, DEVIATION)
    whole = adapted(model, len(images["class"]))
    pixels = torch.from_numpy(images["image"]).to(best_device())
    groups = [
        {"params": list(channels.parameters()), "lr": channel_rate, "weight_decay": 0.0},
        {"params": list(whole[-3].parameters()), "lr": head_rate},
    ]
    course = trained(
        nn.Sequential(channels, *whole),
        groups,
        lambda chosen: _grey(random_view(pixels[chosen], side)),
        lambda chosen: _grey(view(pixels[chosen], 0, side)),
        images,
        epochs,
        seed,
    )
    return _named(channels, model, images, best, side, C) | {
        "weight": channels.convolution.weight.detach().cpu().numpy().ravel(),
        "bias": channels.convolution.get_parameter("bias").detach().cpu().numpy(),
        "validation_accuracy": course["validation_accuracy"],
    }


def _named(
    before: nn.Module, model: nn.Module, images: Arrays, best: dict, side: int, C: float
) -> dict[str, np.ndarray]:
    """Predictions of an SVM on L2-normalised features of `model` after `before`, at the best cut.

    Returns:
        over test images "predicted" (class) and "correct"; "features" (their number).
    """
    import numpy as np
    import torch

    from experiments.lab.device import best_device
    from experiments.lab.methods.crops import view
    from experiments.lab.methods.linear_svm import linear_svm
    from experiments.lab.nets.cuts import cuts, flat, tapped

    pixels, train, labels = torch.from_numpy(images["image"]), int(images["train"]), images["label"]
    device, rows = best_device(), []
    before, model = before.eval().to(device), model.eval().to(device).to(memory_format=torch.channels_last)
    cut = next(cut for cut in cuts(best["network"]) if cut.name == best["cut"])
    with torch.inference_mode(), tapped(model, [cut], lambda _, found: rows.append(flat(found).cpu().numpy())) as run:
        for part in progress(pixels.split(32), "batches"):
            run(before(_grey(view(part, 0, side)).to(device)).contiguous(memory_format=torch.channels_last))
    features = np.concatenate(rows).astype(np.float64)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    predicted = linear_svm(features[:train], labels[:train], C).predict(features[train:])
    return {
        "predicted": predicted.astype(np.min_scalar_type(len(images["class"]))),
        "correct": predicted == labels[train:],
        "features": np.array(features.shape[1]),
    }


def _grey(pixels: Tensor) -> Tensor:
    """Network input float32 [images, 1, side, side] in 0 … 1 from uint8 [images, side, side]."""
    return pixels.float().div(255).unsqueeze(1)


@experiment(inputs={"plain": grey_as_it_is, "learned": grey_learned})
def grey_to_rgb(plain: dict, learned: dict, bootstrap_seed: int = 0) -> pd.DataFrame:
    """One row for each method and seed: test accuracy with a 95 % bootstrap interval, and the learned weights.

    `p_against_repeated` is McNemar's p-value for the comparison with the repeated channel; `changed` is the number of
    test images that are classified differently.
    """
    from experiments.lab.methods.intervals import bootstrap_interval, mcnemar

    base = plain["way=repeated"]
    learned = {"seed=0": learned} if "correct" in learned else learned
    ways = [("repeated", 0, base), ("summed", 0, plain["way=summed"])]
    ways += [("learned", int(label.split("=")[1]), found) for label, found in learned.items()]
    rows = []
    for way, number, found in ways:
        right = found["correct"]
        low, high = bootstrap_interval(right, seed=bootstrap_seed)
        weight, bias = (found["weight"], found["bias"]) if way == "learned" else ([1.0] * 3, [0.0] * 3)
        rows.append(
            {
                "way": way,
                "seed": number,
                "accuracy": right.mean(),
                "low": low,
                "high": high,
                "p_against_repeated": mcnemar(right, base["correct"])[2],
                "changed": (found["predicted"] != base["predicted"]).sum(),
                "test_images": len(right),
                **{f"weight_{colour}": value for colour, value in zip(COLOURS, weight, strict=True)},
                **{f"bias_{colour}": value for colour, value in zip(COLOURS, bias, strict=True)},
            }
        )
    return pd.DataFrame(rows)


COLOURS = ("red", "green", "blue")


@figure(
    grey_to_rgb,
    caption="[On the same test images no seed of a learned convolution can be told from the repeated channel, near "
    'which it stays.]{claim="grey_to_rgb.alike"} '
    "First panel: test accuracy, with 95% bootstrap intervals; its axis does not start at zero. The others: what the "
    "convolution learned for each colour, a dot for each seed and a ring at their mean. Dashed: the repeated channel.",
    alt="Left, dots with intervals that overlap, for the repeated channel, the summed layer and the learned "
    "convolution with each seed. Right, the learned weights of red, green and blue, all near one, and the offsets, "
    "all near zero.",
)
def grey_to_rgb_ways(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Accuracies on the left, then the learned weights and offsets of each colour."""
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.dots import dots, intervals
    from experiments.lab.plots.panels import panels

    fig, (left, *others) = panels(3, narrow=narrow, height=3.0, narrow_height=2.0, ratios=(2.1, 1, 1))
    names = [f"learned, seed {row['seed']}" if row["way"] == "learned" else row["way"] for _, row in results.iterrows()]
    intervals(left, results.assign(name=names), "name", "accuracy", written=".1%")
    left.margins(x=0.2)
    left.set_xlabel("test accuracy")
    left.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    left.xaxis.set_major_formatter("{x:.0%}")
    learned = results[results["way"] == "learned"]
    for axis, (kind, words, repeated) in zip(
        others, (("weight", "learned weight", 1), ("bias", "learned offset", 0)), strict=True
    ):
        axis.axvline(repeated, color="C4", linestyle="--", linewidth=1.3)
        found = {name: learned[f"{kind}_{name}"].tolist() for name in COLOURS}
        dots(axis, found, SHADES)
        reach = 0.05 + 1.5 * max(abs(value - repeated) for values in found.values() for value in values)
        axis.set(xlabel=words, xlim=(repeated - reach, repeated + reach))
        axis.xaxis.set_major_locator(MaxNLocator(3))
        axis.xaxis.set_major_formatter("{x:g}")
    return fig


SHADES = {"red": "C1", "green": "C2", "blue": "C0"}


@figure(
    grey_to_rgb,
    grey_first_layer,
    suffix="cost",
    caption="[Summing speeds SqueezeNet's first layer up, which is too small a part for the network to be faster.]"
    '{claim="grey_first_layer.by_network.squeezenet1_1.first_layer_alone_gains"} '
    "Time for an image with the first layer summed, in percent of the time with the grey channel repeated. Batches of "
    "four images of 224 × 224 pixels on one thread; median of `grey_first_layer.rounds`{.value} rounds in which the "
    "methods took turns.",
    alt="Two panels with a line for each network, from the repeated channel to the summed layer: the lines of the "
    "first layer fall, those of the whole network are nearly level.",
)
def grey_to_rgb_cost(results: pd.DataFrame, costs: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A line for each network from one method to the other; first layer and whole network."""
    from experiments.lab.plots.panels import legend_above, panels
    from experiments.lab.plots.slopes import slopes

    fig, axes = panels(2, narrow=narrow, height=3.3, narrow_height=2.5, same_y=True)
    for axis, (part, column) in zip(
        axes, (("first layer", "first_milliseconds"), ("whole network", "milliseconds")), strict=True
    ):
        times = costs.pivot(index="network", columns="way", values=column)
        ends = times["summed"] / times["repeated"]
        for network, row in times.loc[costs["network"].unique()].iterrows():
            shade = colour(str(network))
            slopes(axis, [1], [ends[network]], ("repeated", "summed"), shade, title(str(network)))
            above = ends[network] == ends.max()
            axis.annotate(
                f"{row['repeated']:.1f} → {row['summed']:.1f} ms", (1, ends[network]), (8, 4 if above else -4),
                textcoords="offset points", va="bottom" if above else "top", fontsize=9, color=shade,
            )  # fmt: skip
        axis.set(title=part, ylim=(0, 1.2), xlim=(-0.2, 1.9))
        axis.yaxis.set_major_formatter("{x:.0%}")
    for axis in axes if narrow else axes[:1]:
        axis.set_ylabel("time for an image")
    legend_above(fig, axes[0])
    return fig


@summary(grey_to_rgb, grey_as_it_is, grey_learned)
def grey_to_rgb_values(results: pd.DataFrame, plain: dict, learned_runs: dict) -> dict:
    """The three methods, and how far the learned convolution moved from repeating the channel.

    `alike`: McNemar's test tells no seed of the learned convolution from the repeated channel at the 5 % level, the
    summed layer changes no prediction, and all learned weights are within a tenth of 1, which repeats the channel.
    """
    by_way = {
        way: {
            "accuracy": rows["accuracy"].mean(),
            "low": rows["low"].min(),
            "high": rows["high"].max(),
            "lowest": rows["accuracy"].min(),
            "highest": rows["accuracy"].max(),
            "least_p": rows["p_against_repeated"].min(),
            "changed": rows["changed"].max(),
            "seeds": len(rows),
        }
        for way, rows in results.groupby("way", sort=False)
    }
    learned = results[results["way"] == "learned"]
    weights = learned[[f"weight_{colour}" for colour in COLOURS]]
    significant = (learned["p_against_repeated"] < 0.05).sum()
    return {
        "alike": bool(
            significant == 0 and by_way["summed"]["changed"] == 0 and ((weights - 1).abs() < 0.1).all(axis=None)
        ),
        "by_way": by_way,
        "pairs": _pairs(plain, learned_runs),
        "test_images": results["test_images"].iloc[0],
        "learned_gain": by_way["learned"]["accuracy"] - by_way["repeated"]["accuracy"],
        "significant": significant,
        "weights": {colour: learned[f"weight_{colour}"].mean() for colour in COLOURS},
        "biases": {colour: learned[f"bias_{colour}"].mean() for colour in COLOURS},
        "smallest_weight": min(learned[f"weight_{colour}"].min() for colour in COLOURS),
        "largest_weight": max(learned[f"weight_{colour}"].max() for colour in COLOURS),
    }


def _pairs(plain: dict, learned: dict) -> dict:
    """The learned convolution against the repeated channel on the same test images.

    `gain` is the mean difference over the seeds, with its 95 % bootstrap interval over test images (an image counts
    with its mean over seeds). `undecided`: the interval holds 0, so neither a gain nor a loss is shown. `over_seeds` is
    Student's 95 % interval of the same mean, over seeds.
    """
    import numpy as np

    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.methods.seed_interval import seed_interval

    runs = [learned] if "correct" in learned else list(learned.values())
    gains = np.array([run["correct"].astype(float) - plain["way=repeated"]["correct"] for run in runs])
    low, high = mean_interval(gains.mean(0))
    _, below, above = seed_interval(gains.mean(1))
    return {
        "gain": gains.mean(),
        "low": low,
        "high": high,
        "undecided": bool(low < 0 < high),
        "over_seeds": {"low": below, "high": above},
        "seeds": len(runs),
    }


@summary(grey_first_layer)
def grey_first_layer_values(results: pd.DataFrame) -> dict:
    """For each network: differences, time and multiplications of each method, and what is saved.

    `idle`: the processor's time was at least 95 % of the clock's, so hardly anything else ran.

    `constant_milliseconds` is for the first layer with one constant for the whole map: as many multiplications as with
    the summed layer. `first_layer_alone_gains`: summed, the first layer is more than 1.5 times as fast, and the time of
    the whole network changes by less than a twentieth; false if it is not that much faster, or the network is as well.
    """
    by_network = {}
    for network, rows in results.groupby("network", sort=False):
        ways = {row["way"]: row for row in rows.to_dict("records")}
        repeated, summed = ways["repeated"], ways["summed"]
        by_network[network] = {
            "difference": summed["difference"],
            "first_difference": summed["first_difference"],
            "constant_difference": ways["summed, one constant"]["first_difference"],
            "first_milliseconds": {"repeated": repeated["first_milliseconds"], "summed": summed["first_milliseconds"]},
            "constant_milliseconds": ways["summed, one constant"]["first_milliseconds"],
            "milliseconds": {"repeated": repeated["milliseconds"], "summed": summed["milliseconds"]},
            "first_speedup": repeated["first_milliseconds"] / summed["first_milliseconds"],
            "time_saved": 1 - summed["milliseconds"] / repeated["milliseconds"],
            "work_saved": 1 - summed["multiplications"] / repeated["multiplications"],
            "first_share": summed["first_share"],
        }
        about = by_network[network]
        about["first_layer_alone_gains"] = bool(about["first_speedup"] > 1.5 and abs(about["time_saved"]) < 0.05)
    return {
        "by_network": by_network,
        "least_first_speedup": min(about["first_speedup"] for about in by_network.values()),
        "largest_change_of_time": max(abs(about["time_saved"]) for about in by_network.values()),
        "largest_difference": max(about["difference"] for about in by_network.values()),
        "rounds": results["rounds"].iloc[0],
        "idle": bool(results["idleness"].min() >= 0.95),
        "most_work_saved": max(about["work_saved"] for about in by_network.values()),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
