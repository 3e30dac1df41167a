"""Attacks compared by the perturbation they need, and by their transfer to another network (questions 6 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from tpdl import Arrays, experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor

BUDGETS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Largest change of a value, in grey levels, for the attacks that take one."""
NAMES = {
    "lab": "the lab's rule",
    "fgsm": "FGSM",
    "pgd": "PGD",
    "deepfool": "DeepFool",
    "noise": "random signs",
}
AIMS = {"targeted": "towards a given class", "untargeted": "away from the network's answer"}
TRANSFER = 4.0
"""Root mean square of the perturbation, in grey levels, at which images are shown to another network."""


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "pgd_steps": 5},
    local=True,
    device="gpu",
)
def strength_images(network: str = "squeezenet1_1", pgd_steps: int = 10, limit: int = 100, seed: int = 0) -> Arrays:
    """Each attack on every image, towards one random class and away from the predicted class.

    The lab's attack and DeepFool stop on success, so they have a size of their own; FGSM and PGD (L∞ norm, steps of 2.5
    ε / steps, from captum) and random signs are run for every budget. All work on colours in 0 … 1, and all but the
    lab's attack and DeepFool keep them there.

    Returns:
        "rms" and "reached" [entries], with "rule", "aim", "budget" (0 if the attack has none), "image"; and for a
        second network "RULE/AIM", float32 [images, 3, side, side], colours of the resulting images, with the
        perturbation scaled to `TRANSFER`.
    """
    import numpy as np
    import torch
    from captum.robust import FGSM, PGD

    from experiments.lab.data import imagenet
    from experiments.lab.methods.deepfool import deepfool
    from experiments.lab.methods.fooling import fool
    from experiments.lab.nets.frozen import OnColours, frozen, on_device_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs = imagenet.load()
    model = OnColours(frozen(network))
    colours = coloured(photographs.images, image_size(network), normalise=False)
    images = on_device_of(model, colours)
    with torch.no_grad():
        answer = model(images).argmax(1)
    rng = np.random.default_rng(seed)
    others = rng.integers(len(photographs.classes) - 1, size=len(images))
    target = torch.from_numpy(others).to(answer)
    target = target + (target >= answer)  # any class but the answer
    loss = torch.nn.CrossEntropyLoss(reduction="none")
    fgsm, pgd = FGSM(model, loss, 0.0, 1.0), PGD(model, loss, 0.0, 1.0)
    fgsm.zero_thresh = pgd.fgsm.zero_thresh = 0.0  # captum's default takes small gradients for none
    rows: list[pd.DataFrame] = []
    shown: dict[str, np.ndarray] = {}

    def record(rule: str, aim: str, budget: float, made: Tensor) -> None:
        with torch.inference_mode():
            said = model(made).argmax(1)
        reached = said == target if aim == "targeted" else said != answer
        rms = 255 * (made - images).flatten(1).norm(dim=1) / images[0].numel() ** 0.5
        about = {"rule": rule, "aim": aim, "budget": budget, "image": range(len(images))}
        rows.append(pd.DataFrame(about | {"rms": rms.cpu().numpy(), "reached": reached.cpu().numpy()}))
        if budget == TRANSFER or rule in ("lab", "deepfool"):
            scaled = images + (made - images) * (TRANSFER / rms.clamp_min(1e-9)).view(-1, 1, 1, 1)
            shown[f"{rule}/{aim}"] = scaled.clamp(0, 1).cpu().numpy()

    for aim in progress(list(AIMS), "aims"):
        toward = aim == "targeted"
        classes = target if toward else answer
        # In colours from 0 to 1 the lab's step of 1 is about a quarter as long.
        record("lab", aim, 0.0, fool(model, images, classes, rate=0.225, limit=limit, away=not toward).images)
        for budget in BUDGETS:
            size = budget / 255
            record("fgsm", aim, budget, fgsm.perturb(images.clone(), size, classes, targeted=toward).detach())
            step = 2.5 * size / pgd_steps
            record("pgd", aim, budget, pgd.perturb(images.clone(), size, step, pgd_steps, classes, targeted=toward))
            signs = torch.from_numpy(rng.choice([-size, size], images.shape)).to(images)
            record("noise", aim, budget, (images + signs).clamp(0, 1))
    record("deepfool", "untargeted", 0.0, deepfool(model, images)[0])
    table = pd.concat(rows, ignore_index=True)
    columns = {name: table[name].to_numpy(str if name in ("rule", "aim") else None) for name in table}
    return columns | {"answer": answer.cpu().numpy(), "target": target.cpu().numpy()} | shown


@experiment(inputs={"made": strength_images}, demo={"network": "tiny_squeezenet"})
def adversarial_strength(made: Arrays, network: str = "squeezenet1_1") -> pd.DataFrame:
    """One row for each attack, aim, budget and image: size of the perturbation, and success.

    `rms` is its root mean square in grey levels.
    """
    columns = {name: made[name] for name in ("rule", "aim", "budget", "rms", "reached")}
    return pd.DataFrame({"network": network, "image": made["image"] + 1} | columns)


@experiment(
    inputs={"made": strength_images},
    data=["imagenet-25", "weights/{network}", "weights/{second}"],
    demo={"network": "tiny_squeezenet", "second": "tiny_vgg"},
    device="gpu",
)
def adversarial_transfer(
    made: Arrays, network: str = "squeezenet1_1", second: str = "efficientnet_lite0"
) -> pd.DataFrame:
    """How a second network classifies each attack's images, all with a perturbation of the same size.

    One row for each attack, aim and image. `first_changed` and `second_changed` are whether each network's prediction
    differs from that for the original; `first_target` and `second_target` whether it is the target (false without one).
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.nets.frozen import OnColours, frozen, scores_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size
    from experiments.visualization.class_measures import resized

    first, other = OnColours(frozen(network)), OnColours(frozen(second))
    colours = coloured(imagenet.load().images, image_size(network), normalise=False)
    says = lambda x: (  # noqa: E731
        scores_of(first, x).argmax(1).numpy(),
        scores_of(other, resized(x, second)).argmax(1).numpy(),
    )
    before, rows = says(colours), []
    for name in [f"{rule}/{aim}" for aim in AIMS for rule in NAMES if f"{rule}/{aim}" in made]:
        rule, aim = name.split("/")
        after, aimed = says(torch.from_numpy(made[name])), aim == "targeted"
        about = {"network": network, "second": second, "rule": rule, "aim": aim}
        columns = {"image": np.arange(len(colours)) + 1}
        for key, now, was in zip(("first", "second"), after, before, strict=True):
            columns |= {f"{key}_changed": now != was, f"{key}_target": (now == made["target"]) & aimed}
        rows.append(pd.DataFrame(about | columns))
    return pd.concat(rows, ignore_index=True)


@figure(
    adversarial_strength,
    caption="[One grey level along the gradient's signs turns nearly every answer; along random signs, hardly "
    'any.]{claim="adversarial_strength.direction_counts"} Success rate against the root mean square of the change. '
    "The lab's rule and DeepFool stop at the size that each image needs (below 0.02 levels: a triangle). The others "
    "have budgets of 1/8 to 8 levels (markers); band: 95% bootstrap interval over the images.",
    alt="Two panels of rising curves. Towards a given class PGD rises first, then the lab's attack, and FGSM lies far "
    "below. Away from the predicted class DeepFool rises first. Random signs stay at zero towards a class and rise "
    "last away from the prediction.",
)
def adversarial_strength_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each aim, a curve for each attack."""
    import numpy as np

    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    least = 0.02
    fig, axes = panels(2, narrow=narrow, height=3.7, narrow_height=2.7, same_y=True)
    for axis, (aim, name) in zip(axes, AIMS.items(), strict=True):
        for colour, rule in enumerate(NAMES):
            rows = results[(results["rule"] == rule) & (results["aim"] == aim)]
            if rows.empty:
                continue
            if (rows["budget"] == 0).all():
                lengths = np.sort(rows.loc[rows["reached"], "rms"].clip(lower=least))
                shares = np.arange(1, len(lengths) + 1) / len(rows)
                below = int((lengths <= least).sum())
                lengths, shares = np.append(lengths, max(BUDGETS)), np.append(shares, shares[-1:])
                axis.step(lengths, shares, where="post", color=f"C{colour}", label=NAMES[rule])
                if below:
                    axis.plot(least, shares[below - 1], "<", color=f"C{colour}", clip_on=False)
            else:
                sizes = rows.groupby("budget")["rms"].transform("mean")
                table = rows.assign(size=sizes, share=rows["reached"].astype(float))
                style = "o--" if rule == "noise" else "o-"
                band(axis, table, "size", "share", f"C{colour}", NAMES[rule], "", style, mean_interval)
        axis.set_xscale("log")
        axis.set(title=name, xlabel="rms change in grey levels", ylabel="share of the images", ylim=(-0.03, 1.03))
        axis.set_xticks(
            [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8], ["0.02", "0.05", "0.1", "0.25", "0.5", "1", "2", "4", "8"]
        )
        axis.tick_params(axis="x", labelsize=8)
        axis.minorticks_off()
        axis.set_xlim(least * 0.85, max(BUDGETS) * 1.15)
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    if not narrow:
        axes[1].set_ylabel("")
    legend_above(fig, axes[1], columns=3 if narrow else 5, compact=True)
    return fig


@figure(
    adversarial_transfer,
    caption="[Changes that nearly always fool the network itself fool another one for at most "
    "`adversarial_strength.most_transferred:.0%`{.value} of the "
    'images.]{claim="adversarial_strength.fools_mostly_itself"} Share of the images whose prediction changes, to '
    "whatever class. Bars: 95% bootstrap intervals over the images. All changes are scaled to a root mean square of "
    "`adversarial_strength.transfer_rms:g`{.value} grey levels. Random signs have no aim: the row is the mean of two "
    "draws.",
    alt="Two panels with a row for each attack and aim. For the attacked network all rows are near 100 % except for "
    "random signs, at a quarter; for the other network all lie between 4 and 32 %, with wide intervals.",
)
def adversarial_transfer_intervals(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each network, a row for each attack and aim, and for random signs, which have no aim."""
    from matplotlib import rcParams

    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.dots import intervals
    from experiments.lab.plots.panels import panels

    aimless = results["rule"] == "noise"
    groups = {}
    for aim in AIMS:
        for rule in NAMES:
            rows = results[(results["aim"] == aim) & (results["rule"] == rule) & ~aimless]
            if len(rows):
                groups[f"{NAMES[rule]}, {aim}"] = rows, f"C{list(NAMES).index(rule)}"
    groups[NAMES["noise"]] = results[aimless], f"C{list(NAMES).index('noise')}"
    fig, axes = panels(2, narrow=narrow, height=3.4, narrow_height=2.9, same_y=True)
    for axis, key, name in zip(axes, ("first", "second"), ("the network itself", "another network"), strict=True):
        table = []
        for label, (rows, _) in groups.items():
            values = rows.groupby("image")[f"{key}_changed"].mean().to_numpy(float)
            low, high = mean_interval(values)
            table.append({"name": label, "value": values.mean(), "low": low, "high": high})
        intervals(axis, pd.DataFrame(table), "name", "value", colours=[colour for _, colour in groups.values()])
        axis.set(title=name, xlabel="answers changed", xlim=(-0.03, 1.03))
        axis.xaxis.set_major_formatter("{x:.0%}")
        axis.axhline(len(groups) - 1.5, color=rcParams["grid.color"], linewidth=1)
        axis.tick_params(axis="y", labelsize=8)
    return fig


@summary(adversarial_strength, adversarial_transfer)
def adversarial_strength_values(results: pd.DataFrame, transfer: pd.DataFrame) -> dict:
    """Median sizes, success rates and mean sizes for each budget, and transfer to the second network.

    `reached_lower` is the lower end of the exact 95 % interval of a success rate (Clopper and Pearson 1934).
    `over_signs` is the interval, image by image, of the share of the second network's answers that an attack changes
    beyond what random signs change, and `not_over_signs` are the attacks whose interval includes 0.

    Statements of the text, each false as soon as one part of it is:

    - `direction_counts`: at one grey level FGSM turns more than nine in ten answers and random signs fewer than one
      in ten.
    - `pgd_reaches_targets`: PGD reaches most targets with one level and all with two.
    - `fgsm_cannot_aim`: FGSM reaches less than a quarter with two levels and not more with eight.
    - `fools_mostly_itself`: every attack changes more than nine in ten answers of the network itself, and less than
      half of the second's.
    """
    from scipy.stats import binomtest

    from experiments.lab.methods.intervals import mean_interval

    own_length: dict = {}
    for (rule, aim), rows in results[results["budget"] == 0].groupby(["rule", "aim"]):
        moved = rows[rows["reached"]]
        own_length.setdefault(rule, {})[aim] = {
            "reached": rows["reached"].mean(),
            "reached_lower": binomtest(len(moved), len(rows)).proportion_ci(method="exact").low,
            "median_rms": moved["rms"].median(),
            "images": len(rows),
        }
    budgets: dict = {}
    budget_rms: dict = {}
    for (rule, aim, budget), rows in results[results["budget"] > 0].groupby(["rule", "aim", "budget"]):
        key = f"b{budget:g}".replace(".", "_")
        budgets.setdefault(rule, {}).setdefault(aim, {})[key] = rows["reached"].mean()
        budget_rms.setdefault(rule, {}).setdefault(aim, {})[key] = rows["rms"].mean()
    aimless, targeted = transfer["rule"] == "noise", transfer["aim"] == "targeted"
    by_chance = transfer[aimless].groupby("image")["second_changed"].mean()
    transferred: dict = {}
    for (rule, aim), rows in transfer.groupby(["rule", "aim"]):
        transferred.setdefault(rule, {})[aim] = {
            key: rows[key].mean() for key in ("first_changed", "second_changed", "first_target", "second_target")
        } | {
            "second_interval": mean_interval(rows["second_changed"].to_numpy(float)),
            "over_signs": mean_interval((rows.groupby("image")["second_changed"].mean() - by_chance).to_numpy(float)),
        }
    attacks = transfer[~aimless].groupby(["rule", "aim"])[["first_changed", "second_changed"]].mean()
    success = lambda rule, aim, budget: budgets.get(rule, {}).get(aim, {}).get(f"b{budget}", float("nan"))  # noqa: E731
    few, no_more = (success("fgsm", "targeted", budget) for budget in (2, 8))
    least_on_itself, most_transferred = attacks["first_changed"].min(), attacks["second_changed"].max()
    return {
        "network": results["network"].iloc[0],
        "second": transfer["second"].iloc[0],
        "images": results["image"].nunique(),
        "own_length": own_length,
        "budgets": budgets,
        "budget_rms": budget_rms,
        "transfer": transferred,
        "transfer_rms": TRANSFER,
        "not_over_signs": [
            f"{rule}, {aim}"
            for rule, aims in transferred.items()
            for aim, about in aims.items()
            if rule != "noise" and about["over_signs"][0] <= 0
        ],
        "least_on_itself": least_on_itself,
        "most_transferred": most_transferred,
        "direction_counts": bool(success("fgsm", "untargeted", 1) > 0.9 and success("noise", "untargeted", 1) < 0.1),
        "pgd_reaches_targets": bool(success("pgd", "targeted", 1) > 0.5 and success("pgd", "targeted", 2) == 1),
        "fgsm_cannot_aim": bool(few < 0.25 and no_more <= few),
        "fools_mostly_itself": bool(least_on_itself > 0.9 and most_transferred < 0.5),
        "random_signs": {key: transfer.loc[aimless, f"{key}_changed"].mean() for key in ("first", "second")},
        "second_target_hits": transfer.loc[targeted & ~aimless, "second_target"].sum(),
        "targeted_rows": (targeted & ~aimless).sum(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
