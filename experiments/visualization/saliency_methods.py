"""Saliency maps of other methods and of another network (questions 2 and 4): noise, artefacts, and quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.photographs import photographs
from experiments.visualization.maps import saliency_maps, second_maps
from experiments.visualization.method_colours import colour_of
from experiments.visualization.saliency import saliency, saliency_pictures
from experiments.visualization.saliency_curves import METHODS, all_maps, saliency_curves
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

SHOWN = (1, 3, 7, 13, 17, 19)
"""Images on the sheet, from 0."""
OTHERS = ("smoothgrad", "integrated-gradients", "grad-cam", "second-gradient", "second-grad-cam")
"""Methods on the sheet after the gradient, in the order of its columns."""


@experiment(
    inputs={"maps": saliency_maps, "second": second_maps, "curves": saliency_curves},
    data=["imagenet-25"],
    demo={"network": "tiny_squeezenet"},
    may_be_missing=["lift"],
)
def saliency_methods(
    maps: Arrays, second: Arrays, curves: pd.DataFrame, network: str = "squeezenet1_1", seed: int = 0
) -> pd.DataFrame:
    """One row for each image and method: the quality measures of its map.

    `deletion` and `insertion` are the areas under the curves of `saliency_curves`: low and high are good.
    `total_variation` is that of the map divided by its mean, `high_frequency` its high-frequency energy (at wavelengths
    below 4 pixels), `lift` as in `saliency`, and `agreement` the rank correlation with the lab's gradient map.
    """
    import numpy as np

    from experiments.lab.data import imagenet
    from experiments.lab.data.object_boxes import box_masks
    from experiments.lab.methods.image_measures import high_frequency_share, total_variation
    from experiments.lab.methods.map_measures import concentration, mass_inside, rank_correlations
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    side = image_size(network)
    inputs = coloured(imagenet.load().images, side)
    masks, rows = box_masks(len(inputs), side), []
    box = np.where(masks.any((1, 2)), masks.mean((1, 2)), np.nan)
    areas = curves.groupby(["method", "image"])[["deletion", "insertion"]].mean()
    for method, found in all_maps(maps, second, inputs.numpy(), seed).items():
        columns = {
            "deletion": areas.loc[method, "deletion"].to_numpy(),
            "insertion": areas.loc[method, "insertion"].to_numpy(),
            "total_variation": total_variation(found / np.maximum(found.mean((1, 2), keepdims=True), 1e-30)),
            "high_frequency": high_frequency_share(found),
            "concentration": concentration(found),
            "lift": mass_inside(found, masks) / box,
            "agreement": rank_correlations(found, maps["gradient"]),
        }
        about = {"network": network, "method": method, "image": np.arange(len(inputs)) + 1}
        rows.append(pd.DataFrame(about | columns))
    return pd.concat(rows, ignore_index=True)


@experiment(inputs={"maps": saliency_maps, "second": second_maps})
def saliency_spectrum(maps: Arrays, second: Arrays) -> pd.DataFrame:
    """Power spectrum of the maps along the axes: one row for each map and frequency, in cycles per pixel.

    `peak` is the power relative to the median of the neighbouring frequencies.
    """
    from experiments.lab.methods.map_measures import axis_spectrum, peak_ratio

    wanted = {
        "gradient": maps["gradient"],
        "gradient, average pooling": maps["average-pooling"],
        "SmoothGrad": maps["smoothgrad"],
        "Integrated Gradients": maps["integrated-gradients"],
        "gradient, 2nd network": second["gradient"],
    }
    rows = []
    for name, found in wanted.items():
        power, side = axis_spectrum(found), found.shape[-1]
        rows += [
            {"map": name, "frequency": k / side, "period": side / k, "power": power[k], "peak": peak_ratio(power, k)}
            for k in range(1, len(power))
        ]
    return pd.DataFrame(rows)


@experiment(inputs={"maps": saliency_maps, "second": second_maps, "results": saliency})
def saliency_methods_pictures(maps: Arrays, second: Arrays, results: pd.DataFrame) -> Images:
    """The maps of some of the images by the other methods; the gradient's are those of `saliency_pictures`."""
    from experiments.lab.plots.pictures import map_colours, slug

    found = {name: maps[name] for name in OTHERS if name in maps}
    found |= {f"second-{name}": second[name] for name in ("gradient", "grad-cam")}
    return {
        slug(results["true"].iloc[i], method): Picture(
            map_colours(values[i]), f"map of the photograph of the class {results['true'].iloc[i]}, {METHODS[method]}"
        )
        for method, values in found.items()
        for i in SHOWN
    }


@figure(
    saliency_methods,
    saliency,
    photographs,
    saliency_pictures,
    saliency_methods_pictures,
    format="sheet",
    caption='[The methods mark different pixels.]{claim="saliency_methods.highest_agreement.value < 0.6"} Six '
    "photographs with the box around the object, and their maps by each method and of each network, from black (0) to "
    "bright yellow (the map's 99th percentile).",
    alt="Six rows of a photograph and six maps. The gradient's maps are scattered specks, SmoothGrad's denser and "
    "cleaner, Grad-CAM's a soft blob.",
)
def saliency_methods_sheet(
    results: pd.DataFrame, about: pd.DataFrame, images: Images, gradients: Images, maps: Images
) -> Sheet:
    """A row for each image, a column for each method."""
    from experiments.lab.plots.pictures import box_marks, slug

    tiles, names = [], [about["true"].iloc[i] for i in SHOWN]
    for i, name in zip(SHOWN, names, strict=True):
        marks = box_marks(i, images[slug(name)].width)
        row = [images[slug(name)], gradients[slug(name)], *(maps[slug(name, method)] for method in OTHERS)]
        tiles += [Tile(picture, marks=marks) for picture in row]
    # A narrow column may break a name here.
    names_of_methods = (METHODS[method].replace("SmoothGrad", "Smooth\u00adGrad") for method in ("gradient", *OTHERS))
    columns = ["photograph", *names_of_methods]
    return Sheet(tiles, columns=len(columns), column_labels=columns, row_labels=names)


@figure(
    saliency_methods,
    suffix="scores",
    caption="[Grad-CAM beats the gradient at insertion; no other lead is "
    'clear.]{claim="saliency_methods.only_grad_cam_leads"} Dots: images; ring and bar: mean and 95% bootstrap '
    "interval. Deletion, insertion: area under the curves of @fig-saliency-curves. Lift: share of the map inside the "
    "box over the box's share of the image. High frequencies: share of the map's energy. Grey: baselines that do not "
    "depend on the network.",
    alt="Four panels with a row of dots for each method. The dots of the images spread far wider than the means lie "
    "apart, but for the share of high frequencies, which is almost zero for Grad-CAM.",
)
def saliency_methods_scores(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each measure, a row of dots for each method."""
    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.panels import panels

    measures = {
        "deletion": "deletion ↓",
        "insertion": "insertion ↑",
        "lift": "lift ↑",
        "high_frequency": "high frequencies",
    }
    fig, axes = panels(len(measures), narrow=narrow, narrow_across=2, height=4.6, narrow_height=3.4, same_y=True)
    for axis, (column, name) in zip(axes, measures.items(), strict=True):
        table = results.dropna(subset=[column])
        values = {METHODS[method]: table.loc[table["method"] == method, column].to_list() for method in METHODS}
        colours = {METHODS[method]: colour_of(method) for method in METHODS}
        dots(axis, values, colours, interval=mean_interval, size=2.5)
        axis.set_title(name, fontsize=9 if narrow else 10)
        most = table[column].max()
        axis.set_xlim(-0.08 * most, 1.12 * most)
        axis.locator_params(axis="x", nbins=3)
        axis.tick_params(axis="y", labelsize=8)
    return fig


@figure(
    saliency_spectrum,
    caption='[Every map has peaks at periods of two and four pixels]{claim="saliency_methods.grid_in_every_map"}, '
    '[and average pooling makes them higher.]{claim="saliency_methods.average_pooling_raises_peaks"} Power of the '
    "maps at each spatial frequency along rows and columns (mean over the images, scaled to a mean of 1). Dotted: "
    "periods of 2, 4, 8 and 16 pixels, the accumulated strides of SqueezeNet's first convolution and of its pooling "
    "layers.",
    alt="Curves over frequency that fall steeply at first. All have sharp peaks at the dotted lines of 1/4 and 1/2; "
    "the second network's are the lowest.",
)
def saliency_spectrum_lines(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A line for each map, on a logarithmic axis."""
    from matplotlib import rcParams

    from experiments.lab.plots.panels import legend_above, panels

    fig, (axis,) = panels(1, narrow=narrow, height=4.0, narrow_height=3.6)
    styles = {
        "gradient": ("C0", "-"),
        "gradient, average pooling": ("C3", "-"),
        "SmoothGrad": ("C1", "-"),
        "Integrated Gradients": ("C2", "-"),
        "gradient, 2nd network": ("C0", "--"),
    }
    for name, rows in results.groupby("map", sort=False):
        colour, line = styles[str(name)]
        # The integral over frequency is the same for each, whatever the size of the images.
        axis.semilogy(rows["frequency"], rows["power"] * len(rows), line, color=colour, linewidth=1.2, label=name)
    for period in (2, 4, 8, 16):
        axis.axvline(1 / period, color=rcParams["text.color"], linestyle=":", linewidth=1, zorder=0)
    axis.set_xticks([1 / period for period in (16, 8, 4, 2)], ["1/16", "1/8", "1/4", "1/2"])
    axis.set(xlabel="frequency in cycles per pixel", ylabel="power, mean 1", xlim=(0, 0.51))
    axis.yaxis.set_major_formatter("{x:g}")
    legend_above(fig, axis, columns=2 if narrow else 3, compact=narrow)
    return fig


@summary(saliency_methods, saliency_spectrum)
def saliency_methods_values(results: pd.DataFrame, spectrum: pd.DataFrame) -> dict:
    """Means with intervals by method, paired comparisons with the gradient, and the peaks of the spectra.

    `highest_agreement` is the method other than the gradient whose maps agree with the gradient's best.
    `second_lift_gain` compares the lifts of the second network's maps with those of the first network's maps by the
    same method, image by image. `lift_over_edges` is the lead of the gradient's lift over that of the edges. `differs`
    is whether the interval of a method's difference from the gradient excludes 0, and `leads_that_hold` are the
    measures among deletion, insertion and lift at which the best of the first network's methods differs from it.
    `average_pooling_raises_peaks` is about the peaks at periods of two and four pixels.

    Statements of the text, each false as soon as one part of it is:

    - `grid_in_every_map`: each spectrum has both peaks (more than twice the neighbours).
    - `grid_without_max_pooling`: the gradient's has the first one, and average pooling raises both.
    - `second_grid_is_weaker`: the second network's first peak is there (1.5 times the neighbours) and lower than
      the first network's.
    - `second_gradient_lift_alike`: the interval of the difference of the two lifts includes 0.
    - `only_grad_cam_leads`: at insertion Grad-CAM is best and apart from the gradient, and at deletion and in lift
      no leader is apart from it.
    - `deletion_is_blind`: at deletion random pixels are not apart from the gradient's, and at insertion Grad-CAM's
      are.
    """
    columns = ["deletion", "insertion", "total_variation", "high_frequency", "concentration", "lift", "agreement"]
    tables = {column: results.pivot(index="image", columns="method", values=column) for column in columns}
    methods = {}
    for method in METHODS:
        about: dict = {}
        for column, table in tables.items():
            values = table[method].dropna().to_numpy()
            difference = (table[method] - table["gradient"]).dropna().to_numpy()
            about[column] = values.mean()
            about[f"{column}_interval"] = _interval(values)
            low, high = about[f"{column}_gain"] = _interval(difference)
            about.setdefault("differs", {})[column] = low > 0 or high < 0
        methods[method.replace("-", "_")] = about
    peaks: dict = {}
    for name, rows in spectrum.groupby("map"):
        at = rows.set_index(rows["period"].round(3))["peak"]
        peaks[name] = {f"period{period}": at[float(period)] for period in (2, 4, 8, 16)}
    best = lambda column, sign: max(list(METHODS)[:4], key=lambda m: sign * tables[column][m].mean())  # noqa: E731
    directions = {"deletion": -1, "insertion": 1, "lift": 1}
    leaders = {column: best(column, sign) for column, sign in directions.items()}
    agreement = {method: methods[method.replace("-", "_")]["agreement"] for method in METHODS if method != "gradient"}
    closest = max(agreement, key=lambda method: agreement[method])
    lifts = tables["lift"]
    raised = (
        all(peaks["gradient, average pooling"][period] > peaks["gradient"][period] for period in ("period2", "period4"))
        if "gradient, average pooling" in peaks
        else None
    )
    leads_that_hold = [
        column for column, method in leaders.items() if methods[method.replace("-", "_")]["differs"][column]
    ]
    second_lift_gain = {
        method.replace("-", "_"): _interval((lifts[f"second-{method}"] - lifts[method]).dropna().to_numpy())
        for method in ("gradient", "grad-cam")
    }
    grad_cam_inserts = leaders["insertion"] == "grad-cam" and "insertion" in leads_that_hold
    own, other = (peaks.get(name, {}).get("period2", 0.0) for name in ("gradient", "gradient, 2nd network"))
    return {
        "network": results["network"].iloc[0],
        "images": results["image"].nunique(),
        "methods": methods,
        "highest_agreement": {"method": METHODS[closest], "value": agreement[closest]},
        "second_lift_gain": second_lift_gain,
        "lift_over_edges": _interval((lifts["gradient"] - lifts["edges"]).dropna().to_numpy()),
        "names": METHODS,
        **{f"best_{column}": METHODS[method] for column, method in leaders.items()},
        "leads_that_hold": leads_that_hold,
        "average_pooling_raises_peaks": raised,
        "grid_in_every_map": all(min(at["period2"], at["period4"]) > 2 for at in peaks.values()),
        "grid_without_max_pooling": bool(raised and own > 2),
        "second_grid_is_weaker": bool(1.5 < other < own),
        "second_gradient_lift_alike": bool(second_lift_gain["gradient"][0] < 0 < second_lift_gain["gradient"][1]),
        "only_grad_cam_leads": grad_cam_inserts and leads_that_hold == ["insertion"],
        "deletion_is_blind": grad_cam_inserts and not methods["random"]["differs"]["deletion"],
        "peaks": peaks,
    }


def _interval(values: np.ndarray) -> tuple[float, float]:
    from experiments.lab.methods.intervals import mean_interval

    return mean_interval(values)


if __name__ == "__main__":
    tpdl.main(__file__)
