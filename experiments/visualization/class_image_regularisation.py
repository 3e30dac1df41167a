"""The effect of L2, blur and jitter on class images (question 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.visualization.ascent import class_index, jitter, noise
from experiments.visualization.class_measures import measured
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WEIGHTS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Of the L2 term."""
PLAIN = 1e-3
"""The lab's weight, at which blur and jitter are switched off."""
NEVER = 1_000_000
"""Steps between two blurs; the first step is always followed by one."""
CLASSES = ["gorilla", "tarantula"]
VARIANTS = ("both", "no blur", "no jitter", "neither")
_WORDS = {
    "both": "blur and jitter",
    "no blur": "jitter, no blur",
    "no jitter": "blur, no jitter",
    "neither": "no blur, no jitter",
}
"""What the variants are called in figures."""


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "classes": ["texture 3", "texture 22"], "iterations": 30},
    local=True,
    device="gpu",
)
def regularised_images(
    network: str = "squeezenet1_1",
    classes: list[str] = CLASSES,
    iterations: int = 200,
    rate: float = 10.0,
    seed: int = 0,
) -> Arrays:
    """Class images for every L2 weight, and at the lab's weight without blur, without jitter, and without both.

    Returns:
        "image", network inputs float32 [images, 3, side, side]; "target" (class index), "l2", "variant".
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods.class_image import Ascent
    from experiments.lab.nets.frozen import frozen, on_device_of
    from experiments.lab.nets.registry import image_size

    names, side, model = imagenet.load().classes, image_size(network), frozen(network)
    wanted, images, settings = [class_index(names, name) for name in classes], [], []
    for variant in VARIANTS:
        rows = [(k, l2) for k in wanted for l2 in (WEIGHTS if variant == "both" else (PLAIN,))]
        start = on_device_of(model, noise(len(rows), side, seed))
        ascent = Ascent(
            model,
            start,
            torch.tensor([k for k, _ in rows], device=start.device),
            rate=torch.full((len(rows),), rate),
            l2=torch.tensor([l2 for _, l2 in rows]),
            steps=iterations,
            jitter=jitter(side) if variant in ("both", "no blur") else 0,
            blur_every=10 if variant in ("both", "no jitter") else NEVER,
            seed=seed,
        )
        for done in range(1, iterations + 1):
            ascent.step()
            progress.update(done=done, total=iterations, unit=f"steps, {variant}")
        images.append(ascent.images.cpu().numpy())
        settings += [(k, l2, variant) for k, l2 in rows]
    targets, weights, variants = zip(*settings, strict=True)
    return {
        "image": np.concatenate(images),
        "target": np.array(targets),
        "l2": np.array(weights),
        "variant": np.array(variants),
    }


@experiment(
    inputs={"made": regularised_images},
    data=["imagenet-25", "weights/{network}", "weights/{judge}"],
    demo={"network": "tiny_squeezenet", "judge": "tiny_vgg"},
    device="gpu",
)
def class_image_regularisation(
    made: Arrays, network: str = "squeezenet1_1", judge: str = "efficientnet_lite0"
) -> pd.DataFrame:
    """One row for each image: its settings, and the measures of `class_measures`.

    `length` is the Euclidean norm of the network input.
    """
    import numpy as np

    from experiments.lab.data import imagenet

    names = imagenet.load().classes
    about: dict = {"network": network, "judge": judge, "class": [names[k] for k in made["target"]]}
    about |= {"l2": made["l2"], "variant": made["variant"]}
    length = {"length": np.sqrt((made["image"].astype(float) ** 2).sum((1, 2, 3)))}
    return pd.DataFrame(about | length | measured(made["image"], made["target"], network, judge))


@experiment(inputs={"made": regularised_images, "results": class_image_regularisation})
def class_image_regularisation_pictures(made: Arrays, results: pd.DataFrame) -> Images:
    """The images at the size they were made.

    Contrast is stretched alike for all weights of a class, so that it can be seen how the images fade, and for each of
    the variants on its own.
    """
    import numpy as np

    from experiments.lab.plots.pictures import colours, slug, stretched

    pixels = np.stack([colours(image) for image in made["image"]])
    pictures = {}
    for name, rows in results.groupby("class", sort=False):
        what = f"class image of {name}, made with {title(rows['network'].iloc[0])}"
        weights = rows[rows["variant"] == "both"]
        for l2, shown in zip(weights["l2"], stretched(pixels[weights.index]), strict=True):
            pictures[slug(name, f"{l2:g}")] = Picture(shown, f"{what}, at an L2 weight of {l2:g}")
        for at, variant in rows.loc[rows["l2"] == PLAIN, "variant"].items():
            pictures[slug(name, variant)] = Picture(stretched(pixels[at]), f"{what}, {_WORDS[variant]}")
    return pictures


@figure(
    class_image_regularisation,
    class_image_regularisation_pictures,
    format="sheet",
    caption="[The stronger the pull towards grey, the less of the class is "
    'left.]{claim="class_image_regularisation.class_vanishes"} Class images for L2 weights λ from strong to weak; the '
    "lab's is `class_image_regularisation.lab_weight:g`{.value}. Contrast is stretched alike for all weights of a "
    "class, between the 0.5th and the 99.5th percentile of their values.",
    alt="At a weight of 10 both images are of one colour. As the weight falls, something like a face or a spider can "
    "be made out at 0.1, and from 0.01 on the image fills with faces or legs in stronger and stronger colours.",
)
def class_image_regularisation_sheet(results: pd.DataFrame, images: Images) -> Sheet:
    """A tile for each class, in which the weights are gone through; the weakest, the most colourful, is the last."""
    import numpy as np

    from experiments.lab.plots.pictures import slug

    weights = sorted(results.loc[results["variant"] == "both", "l2"].unique(), reverse=True)
    made_with = title(results["network"].iloc[0])
    tiles = [
        Tile(
            [images[slug(name, f"{l2:g}")] for l2 in weights],
            label=f"**{name}**",
            alt=f"class image of {name}, made with {made_with}",
        )
        for name in results["class"].unique()
    ]
    frames = [np.format_float_positional(l2, trim="-") for l2 in weights]
    return Sheet(tiles, columns=len(tiles), frames=frames, frame_label="L2 weight λ")


@figure(
    class_image_regularisation,
    class_image_regularisation_pictures,
    suffix="variants",
    format="sheet",
    caption="[Without blur and jitter the network itself is certain, and the other one does not recognize the "
    'class.]{claim="class_image_regularisation.certain_but_unrecognized"} Class images at the '
    "lab's L2 weight. Below each: probability of the class for the network that made it, and for the other one. "
    "Contrast is stretched, for each image, between the 0.5th and the 99.5th percentile.",
    alt="Two rows of four images. With blur and jitter, faces and spiders fill the image; without blur there is fine "
    "coloured grain all over it, and without jitter smaller parts crowd each other.",
)
def class_image_regularisation_variants(results: pd.DataFrame, images: Images) -> Sheet:
    """A row for each class, a column for each variant."""
    from experiments.lab.plots.pictures import slug

    plain = results[results["l2"] == PLAIN].set_index(["class", "variant"])
    classes, variants = (list(results[column].unique()) for column in ("class", "variant"))
    cells = [(name, variant, plain.loc[(name, variant)]) for name in classes for variant in variants]
    tiles = [
        Tile(images[slug(name, variant)], label=f"{row['probability']:.0%} | {row['judge_probability']:.1%}")
        for name, variant, row in cells
    ]
    return Sheet(
        tiles, columns=len(variants), column_labels=[_WORDS[variant] for variant in variants], row_labels=classes
    )


@figure(
    class_image_regularisation,
    suffix="measures",
    caption="[The stronger the weight, the paler the image, until neither network finds the class in "
    'it.]{claim="class_image_regularisation.paler_then_lost"} Against the L2 weight λ: colourfulness (33 is '
    "moderately, 59 quite, 109 extremely colourful), difference of neighbouring pixels in grey levels, and the "
    "probability of the class for the network that made the image and for the other one. Dotted: the lab's weight. "
    "One image for each class and weight.",
    alt="Three panels over a logarithmic axis of the weight. Colour and differences fall beyond the lab's weight. The "
    "network's own probability stays near one up to a weight of 0.1 and is zero from 1 on; the other network's is "
    "highest for weak weights.",
)
def class_image_regularisation_measures(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each measure, a line for each class."""
    from matplotlib import rcParams

    from experiments.lab.plots.panels import legend_above, panels

    fig, axes = panels(3, narrow=narrow, height=3.3, narrow_height=2.3)
    rows = results[results["variant"] == "both"]
    for colour, (name, each) in enumerate(rows.groupby("class", sort=False)):
        _line(axes[0], each, "colourfulness", f"C{colour}", "o-", str(name))
        _line(axes[1], each, "total_variation", f"C{colour}", "o-", str(name))
        _line(axes[2], each, "probability", f"C{colour}", "o-", f"{name}")
        _line(axes[2], each, "judge_probability", f"C{colour}", "s--", f"{name}, other network")
    for axis, name in zip(axes, ("colourfulness", "neighbour difference", "probability of the class"), strict=True):
        axis.axvline(PLAIN, color=rcParams["text.color"], linestyle=":", linewidth=1.4, zorder=0)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("L2 weight λ")
        axis.set_ylim(bottom=-0.04 * axis.get_ylim()[1])
    axes[2].yaxis.set_major_formatter("{x:.0%}")
    legend_above(fig, axes[2], columns=2 if narrow else 4, compact=narrow)
    return fig


def _line(axis: Axes, rows: pd.DataFrame, column: str, colour: str, style: str, label: str) -> None:
    axis.semilogx(rows["l2"], rows[column], style, color=colour, label=label, markersize=4)


@summary(class_image_regularisation)
def class_image_regularisation_values(results: pd.DataFrame) -> dict:
    """Means over classes for every weight and variant, and the best weight of each class for the other network.

    `colour_lost` is the share of the colourfulness at the weakest weight that is lost at ten times the lab's, and
    `least_colour_lost` that of the class which loses least;
    `fades_then_vanishes` says whether beyond that colours fade further while the network is still certain, and at a
    larger weight it no longer is.

    Statements of the text, each false as soon as one part of it is:

    - `class_vanishes`: the network is certain at the weakest weight and finds less than 1 % at the strongest.
    - `paler_then_lost`: colourfulness more than halves from the weakest weight to the strongest, and between two
      neighbouring weights the network falls from above 90 % to below 1 %, where the other finds less than 1 % as
      well.
    - `fades_from_the_start`: more than a fifth of the colour is lost up to ten times the lab's weight, and then
      `fades_then_vanishes`.
    - `needs_blur_and_jitter`: without either or both the other network gives the class less than 1 %.
    - `certain_but_unrecognized`: without both the network itself is certain and the other is not.
    """
    from itertools import pairwise

    columns = ["colourfulness", "total_variation", "fine", "probability", "judge_probability", "length"]
    about = lambda rows: {column: rows[column].mean() for column in columns}  # noqa: E731
    both = results[results["variant"] == "both"]
    plain = results[results["l2"] == PLAIN]
    means = both.groupby("l2")[["colourfulness", "probability"]].mean()
    stronger = min(weight for weight in WEIGHTS if weight > PLAIN)
    beyond = means.loc[stronger:]
    faded = beyond[
        (beyond["probability"] > 0.99) & (beyond["colourfulness"] < 0.8 * means.loc[stronger, "colourfulness"])
    ]
    ends = [about(both[both["l2"] == weight]) for weight in (min(WEIGHTS), max(WEIGHTS))]
    variants = {str(name).replace(" ", "_"): about(rows) for name, rows in plain.groupby("variant")}
    sure = [about(rows) for _, rows in both.groupby("l2")]
    lost = any(
        before["probability"] > 0.9 and after["probability"] < 0.01 and after["judge_probability"] < 0.01
        for before, after in pairwise(sure)
    )
    colour_lost = float(1 - means.loc[stronger, "colourfulness"] / means["colourfulness"].iloc[0])
    by_class = both.pivot(index="l2", columns="class", values="colourfulness")
    least_colour_lost = float((1 - by_class.loc[stronger] / by_class.loc[min(WEIGHTS)]).min())
    fades_then_vanishes = bool(len(faded) and means["probability"].iloc[-1] < 0.01)
    others = [values["judge_probability"] for name, values in variants.items() if name != "both"]
    return {
        "class_vanishes": bool(ends[0]["probability"] > 0.99 and ends[1]["probability"] < 0.01),
        "paler_then_lost": bool(lost and ends[0]["colourfulness"] > 2 * ends[1]["colourfulness"]),
        "fades_from_the_start": colour_lost > 0.2 and fades_then_vanishes,
        "needs_blur_and_jitter": bool(max(others) < 0.01),
        "certain_but_unrecognized": bool(
            variants["neither"]["probability"] > 0.99 and variants["neither"]["judge_probability"] < 0.01
        ),
        "network": results["network"].iloc[0],
        "classes": sorted(results["class"].unique()),
        "weights": {f"{l2:g}": about(rows) for l2, rows in both.groupby("l2")},
        "variants": variants,
        "weakest": ends[0],
        "strongest": ends[1],
        "lab": about(both[both["l2"] == PLAIN]),
        "lab_weight": PLAIN,
        "stronger": about(both[both["l2"] == stronger]),
        "colour_lost": colour_lost,
        "least_colour_lost": least_colour_lost,
        "fades_then_vanishes": fades_then_vanishes,
        "shown": results["class"].iloc[0],
        "best_for_judge": sorted(
            {float(both.loc[at, "l2"]) for at in both.groupby("class")["judge_probability"].idxmax()}
        ),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
