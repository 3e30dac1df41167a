"""Gradient ascent from photographs of other classes (question 10): where the change begins, what of the start is left.

The original report saw in one pair, hay driven towards gorilla, that patterns emerge where the saliency of the new
class is highest, and that the colour of the background stays. Both are measured here on all photographs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.transfer.photographs import photographs
from experiments.visualization.ascent import class_index, snapshots
from tpdl import Images, Picture, Sheet, Tile, experiment, figure, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

SHOWN = ["hay", "bee eater", "brown bear", "lakeside"]
"""The original report's photograph, and three with a background of one colour each."""


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "target": "texture 22", "iterations": [4, 20], "shown": ["texture 3"]},
    device="gpu",
)
def class_image_other(
    network: str = "squeezenet1_1",
    target: str = "gorilla",
    iterations: list[int] = [25, 500],  # noqa: B006
    rate: float = 5.0,
    l2: float = 1e-3,
    shown: list[str] = SHOWN,
) -> tuple[pd.DataFrame, Images]:
    """One row for each photograph of another class and number of iterations, and the images of a few.

    Columns: `probability` of the target, and two correlations with the photograph itself, each beside its mean over
    all *other* photographs, which is what chance would give: `saliency_correlation`, the rank correlation over pixels
    of the change's magnitude with the saliency of the target on the photograph, both blurred by 4 pixels;
    `colour_correlation`, the correlation over pixels and channels of the image with the photograph, both blurred by 16
    pixels, so that only colours of regions are left.
    """
    import numpy as np
    import torch
    from scipy.ndimage import gaussian_filter

    from experiments.lab.data import imagenet
    from experiments.lab.methods.attribution import gradient
    from experiments.lab.methods.map_measures import rank_correlations
    from experiments.lab.nets.frozen import frozen, on_device_of, pixels, scores_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size
    from experiments.lab.plots.pictures import colours, slug, stretched

    taken, model = imagenet.load(), frozen(network)
    wanted = class_index(taken.classes, target)
    others = np.flatnonzero(taken.labels != wanted)
    start = coloured(taken.images[others], image_size(network))
    kept, _ = snapshots(network, start, [wanted] * len(others), iterations, rate=rate, l2=l2)
    on_device = on_device_of(model, start)
    maps = gradient(model, on_device, torch.full((len(others),), wanted, device=on_device.device)).cpu().numpy()
    maps = np.stack([gaussian_filter(one, 4) for one in maps])
    before = pixels(start)
    regions = np.stack([_regions(one) for one in before])
    rows, pictures = [], {}
    for iteration, images in zip(iterations, kept, strict=True):
        now = pixels(torch.from_numpy(images))
        change = np.stack([gaussian_filter(np.abs(one).max(2), 4) for one in now - before])
        same_place = np.stack([rank_correlations(np.roll(change, by, 0), maps) for by in range(len(others))])
        after = np.stack([_regions(one) for one in now])
        same_colour = after @ regions.T / len(after.T)
        apart = ~np.eye(len(others), dtype=bool)
        rows.append(
            pd.DataFrame(
                {
                    "network": network,
                    "target": target,
                    "class": [taken.classes[taken.labels[k]] for k in others],
                    "iteration": iteration,
                    "probability": scores_of(model, torch.from_numpy(images)).softmax(1)[:, wanted].numpy(),
                    "saliency_correlation": same_place[0],
                    "saliency_chance": same_place[1:].mean(0),
                    "colour_correlation": same_colour.diagonal(),
                    "colour_chance": same_colour[apart].reshape(len(others), -1).mean(1),
                }
            )
        )
        for name, image in zip(rows[-1]["class"], images, strict=True):
            if name in shown:
                shows = f"photograph of the class {name} after {iteration:,d} iterations of ascent towards {target}"
                pictures[slug(name, iteration)] = Picture(stretched(colours(image)), f"{shows} with {title(network)}")
    return pd.concat(rows, ignore_index=True), pictures


def _regions(image: np.ndarray) -> np.ndarray:
    """Colours of regions [height × width × 3], standardised over pixels and channels."""
    from scipy.ndimage import gaussian_filter

    blurred = gaussian_filter(image, (16, 16, 0)).ravel()
    return (blurred - blurred.mean()) / max(float(blurred.std()), 1e-9)


@figure(
    class_image_other,
    caption="[The colours of the photograph stay, and the change does not begin where the new class is "
    'salient.]{claim="class_image_other.colours_not_places"} A thin line for each photograph, from chance (the other '
    "photographs) to the photograph itself. Left and middle: rank correlation of the change with the new class's "
    "saliency. Right: correlation of the colours of regions, blurred by 16 pixels.",
    alt="Three panels of lines from chance to the photograph itself. In the first two they hardly rise; in the third "
    "nearly all rise steeply.",
)
def class_image_other_slopes(result: tuple[pd.DataFrame, Images], *, narrow: bool = False) -> Figure:
    """From chance to the photograph itself, for each measure."""
    from experiments.lab.plots.panels import panels
    from experiments.lab.plots.slopes import slopes

    results, _ = result
    steps = sorted(results["iteration"].unique())
    first, last = (results[results["iteration"] == step] for step in (steps[0], steps[-1]))
    fig, axes = panels(3, narrow=narrow, height=3.2, narrow_height=2.4)
    for axis, rows, kind, colour in (
        (axes[0], first, "saliency", "C0"),
        (axes[1], last, "saliency", "C0"),
        (axes[2], last, "colour", "C1"),
    ):
        slopes(axis, rows[f"{kind}_chance"], rows[f"{kind}_correlation"], ("with others", "with itself"), colour)
        what = "change and saliency" if kind == "saliency" else "image and photograph"
        axis.set_title(f"{what},\nafter {rows['iteration'].iloc[0]:,d} iterations", fontsize=10)
        axis.set_ylim(-0.6, 1.05)
    axes[0].set_ylabel("correlation")
    return fig


@figure(
    class_image_other,
    photographs,
    suffix="sheet",
    format="sheet",
    caption="[Every photograph becomes a gorilla for the network, in its own "
    'colours.]{claim="class_image_other.all_in_own_colours"} Four photographs, and what ascent towards '
    "*`class_image_other.target`{.value}* makes of them. Contrast is stretched, for all but the photographs, between "
    "the 0.5th and the 99.5th percentile.",
    alt="A hay field, a bee eater, bears and a lake. After 25 iterations a faint texture lies over them; after 500 "
    "faces of gorillas stand in it, and sky, leaves and water keep their colours.",
)
def class_image_other_sheet(result: tuple[pd.DataFrame, Images], starts: Images) -> Sheet:
    """A tile for each photograph, in which the iterations are gone through."""
    from experiments.lab.plots.pictures import slug

    results, images = result
    steps = sorted(results["iteration"].unique())
    tiles = []
    for name in [name for name in results["class"].unique() if slug(name, steps[-1]) in images]:
        rows = results[results["class"] == name]
        tiles.append(
            Tile(
                [starts[slug(name)], *(images[slug(name, step)] for step in steps)],
                label=f"**{name}** → {rows['target'].iloc[0]} {rows['probability'].iloc[-1]:.0%}",
                alt=f"photograph of the class {name}",
            )
        )
    frames = ["photograph", *(f"{step:,d} iterations" for step in steps)]
    return Sheet(tiles, columns=min(len(tiles), 4), frames=frames)


@summary(class_image_other)
def class_image_other_values(result: tuple[pd.DataFrame, Images]) -> dict:
    """Means over photographs of both correlations and their chance, early and at the end, and those of hay.

    `above` is how many photographs are above their own chance; `p` that of a sign test (two-sided).

    Statements of the text, each false as soon as one part of it is:

    - `early_not_in_general`: at first the change does not go with the saliency over all photographs (p > 0.05, and
      a mean correlation below 0.3).
    - `hay_is_no_rule`: this, though hay's correlation is above 0.5.
    - `avoided_late`: at the end it goes with it less than chance would give (p < 0.01).
    - `colours_kept`: the colours of regions correlate with the photograph's by more than 0.9, and above chance for
      each.
    - `colours_not_places`: they stay, and early on the correlation with the saliency is within 0.1 of chance.
    - `all_in_own_colours`: each photograph becomes the target (above 50 %), and its colours are kept.
    """
    from scipy.stats import binomtest

    def measure(rows: pd.DataFrame, kind: str) -> dict:
        own, chance = rows[f"{kind}_correlation"], rows[f"{kind}_chance"]
        above = int((own > chance).sum())
        return {
            "own": float(own.mean()),
            "chance": float(chance.mean()),
            "above": above,
            "p": float(binomtest(above, len(rows)).pvalue),
            "by_class": dict(zip(rows["class"], own.astype(float), strict=True)),
        }

    results, _ = result
    steps = sorted(results["iteration"].unique())
    first, last = (results[results["iteration"] == step] for step in (steps[0], steps[-1]))
    early, late, colour = measure(first, "saliency"), measure(last, "saliency"), measure(last, "colour")
    photographs, reached = results["class"].nunique(), int((last["probability"] > 0.5).sum())
    not_in_general = early["p"] > 0.05 and early["own"] < 0.3
    colours_kept = colour["own"] > 0.9 and colour["above"] == photographs
    return {
        "early_not_in_general": not_in_general,
        "hay_is_no_rule": not_in_general and early["by_class"].get("hay", 0.0) > 0.5,
        "avoided_late": late["own"] < late["chance"] and late["p"] < 0.01,
        "colours_kept": colours_kept,
        "colours_not_places": colours_kept and early["own"] - early["chance"] < 0.1,
        "all_in_own_colours": colours_kept and reached == photographs,
        "network": results["network"].iloc[0],
        "target": results["target"].iloc[0],
        "photographs": photographs,
        "first_iteration": steps[0],
        "iterations": steps[-1],
        "early": early,
        "late": late,
        "colour": colour,
        "probability": float(last["probability"].mean()),
        "reached": reached,
    }


if __name__ == "__main__":
    tpdl.main(__file__)
