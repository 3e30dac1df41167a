"""What does z encode if the class is given (question 9)? A column for each noise vector, a row for each digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.cdcgan import cdcgan_training, conditional_generator, narrow_training
from experiments.gan.curves import COLOURS
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, reading, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

PROPERTIES = ("slant", "thickness", "width")


@experiment(inputs={"wide": cdcgan_training, "narrow": narrow_training}, demo={"columns": 60}, local=True, device="gpu")
def z_properties(wide: dict, narrow: dict, noise_seed: int = 0, columns: int = 400) -> Arrays:
    """Slant, thickness and width of the ten digits of each of `columns` noise vectors, for each trained generator.

    Args:
        noise_seed: of the noise vectors. (A parameter called `seed` would select one of the generators.)
        columns: number of noise vectors.

    Returns:
        "GENERATOR/z" [columns, nz] and "GENERATOR/PROPERTY" [10, columns]; GENERATOR is "lab-SEED" (the lab's sizes) or
        "narrow-SEED". An image without ink or without an edge has none of the properties, and counts as the mean of its
        class.
    """
    import numpy as np

    from experiments.lab.methods.digit_moments import digit_moments

    trainings = {f"lab-{label[-1]}": arrays for label, arrays in wide.items()} | {
        f"narrow-{label[-1]}": arrays for label, arrays in narrow.items() if label.startswith("sees_class=true")
    }
    found = {}
    for name, training in trainings.items():
        z, images = _table(training, noise_seed, columns)
        found[f"{name}/z"] = z
        for key, values in digit_moments(images.reshape(-1, 32, 32)).items():
            table = values.reshape(10, columns)
            table[~np.isfinite(table)] = np.nan
            found[f"{name}/{key}"] = np.where(np.isnan(table), np.nanmean(table, axis=1, keepdims=True), table)
    return found


def _table(training: Arrays, seed: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise z [columns, nz], and uint8 images [10, columns, side, side] of every digit with every z."""
    import torch

    from experiments.lab.methods.adversarial_training import generate, noise

    generator = conditional_generator(training)
    z = noise(columns, generator.nz, [seed, 9])
    images = generate(generator, z.repeat(10, 1), torch.arange(10).repeat_interleave(columns))
    return z.numpy(), images.reshape(10, columns, *images.shape[1:])


@experiment(inputs={"properties": z_properties})
def z_columns(properties: Arrays, seed: int = 0) -> pd.DataFrame:
    """How much of each property the noise vector explains; a row for each generator and property.

    `column_share`, `correlation`, `f_statistic` and `p` are from a two-way analysis of variance, class by noise vector.
    `shuffled_share` is the share after every row is shuffled: what columns would explain by chance. `r2` is how much of
    a column's mean a linear function of z explains (ridge regression), fitted on half of the noise vectors and tested
    on the other half.
    """
    import numpy as np
    from sklearn.linear_model import RidgeCV

    from experiments.lab.methods.two_way_variance import two_way

    draw, rows = np.random.default_rng(seed), []
    for name in [key.removesuffix("/z") for key in properties if key.endswith("/z")]:
        z = properties[f"{name}/z"]
        half = len(z) // 2
        for key in PROPERTIES:
            values = properties[f"{name}/{key}"]
            found, shuffled = two_way(values), two_way(draw.permuted(values, axis=1))
            mean = (values - values.mean(1, keepdims=True)).mean(0)
            fitted = RidgeCV(np.logspace(-1, 4, 11)).fit(z[:half], mean[:half])
            rows.append(
                {"generator": name, "property": key, "columns": len(z), "column_share": found.column_share}
                | {"shuffled_share": shuffled.column_share, "correlation": found.correlation}
                | {"f_statistic": found.f_statistic, "p": found.p, "r2": fitted.score(z[half:], mean[half:])}
            )
    return pd.DataFrame(rows)


@experiment(inputs={"wide": cdcgan_training, "properties": z_properties}, demo={"vectors": 5}, device="gpu")
def z_directions(
    wide: Arrays, properties: Arrays, seed: int = 0, vectors: int = 50, points: int = 9, reach: float = 4.0
) -> pd.DataFrame:
    """The effect of moving z along a direction on all three properties, in one seed's generator.

    One row for each direction and point along it. The directions are those of `_direction`. The points go from `reach`
    standard deviations of z below the mean to as many above; the rest of z comes from `vectors` noise vectors that were
    not used to find the direction. Properties are averaged over these and the ten digits.
    """
    import numpy as np

    from experiments.lab.methods.digit_moments import digit_moments

    rows = []
    for key in PROPERTIES:
        for t in np.linspace(-reach, reach, points):
            images = _moved(wide, _direction(properties, key, seed), np.array([t]), seed + 1, vectors)
            found = digit_moments(images.reshape(-1, 32, 32))
            means = {name: float(values[np.isfinite(values)].mean()) for name, values in found.items()}
            rows.append({"direction": key, "t": float(t)} | means)
    return pd.DataFrame(rows)


def _direction(properties: Arrays, key: str, seed: int) -> np.ndarray:
    """The unit vector [nz] along which a ridge regression of a property's column means on z grows fastest."""
    import numpy as np
    from sklearn.linear_model import RidgeCV

    values = properties[f"lab-{seed}/{key}"]
    mean = (values - values.mean(1, keepdims=True)).mean(0)
    found = RidgeCV(np.logspace(-1, 4, 11)).fit(properties[f"lab-{seed}/z"], mean).coef_
    return found / max(float(np.linalg.norm(found)), 1e-12)


def _moved(wide: Arrays, direction: np.ndarray, t: np.ndarray, seed: int, vectors: int) -> np.ndarray:
    """Images of every digit with each of `vectors` z, its component along `direction` replaced by every t.

    Returns:
        uint8 [10, vectors × points, 32, 32].
    """
    import numpy as np
    import torch

    from experiments.lab.methods.adversarial_training import generate, noise

    generator = conditional_generator(wide)
    z = noise(vectors, generator.nz, [seed, 9]).numpy()
    z = z - (z @ direction)[:, None] * direction
    way = (z[:, None] + t[None, :, None] * direction).reshape(-1, generator.nz).astype(np.float32)
    classes = torch.arange(10).repeat_interleave(len(way))
    images = generate(generator, torch.from_numpy(way).repeat(10, 1), classes)
    return images.reshape(10, len(way), 32, 32)


@experiment(inputs={"wide": cdcgan_training, "properties": z_properties}, local=True, device="gpu")
def z_columns_sheet(wide: Arrays, properties: Arrays, seed: int = 0, columns: int = 18, reach: float = 4.0) -> Arrays:
    """Images of one lab-sized generator.

    Returns:
        uint8 "table" [10, columns, 32, 32], a digit in each row and a noise vector in each column; "PROPERTY" [10, 7,
        32, 32], one noise vector moved along the direction of that property.
    """
    import numpy as np

    way = np.linspace(-reach, reach, 7)
    moved = {key: _moved(wide, _direction(properties, key, seed), way, seed + 1, 1) for key in PROPERTIES}
    return {"table": _table(wide, seed, columns)[1]} | moved


@figure(
    z_columns,
    caption='[The same noise gives all ten digits the same handwriting.]{claim="z_columns.hand.lowest_share > 0.5"} '
    "Share of the variance within classes that goes with the column, the noise vector. Each generator is a dot, and "
    "their mean a ring; ticks show what remains after every row is shuffled. In generators of a quarter of the width "
    "it depends on the seed.",
    alt="Six rows of three dots, for slant, thickness and width, each in generators of the lab's sizes and of a "
    "quarter of the width, on a scale from 0 to 100 percent. Those of the lab's sizes lie close together, all of them "
    "above `min(z_columns.slant.lowest_column_share, z_columns.thickness.lowest_column_share, "
    "z_columns.width.lowest_column_share):.0%`{.value}; those of the narrow ones are scattered. Ticks for the "
    "shuffled table are all at about a tenth.",
)
def z_columns_shares(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A dot for each generator and property."""
    from matplotlib import rcParams

    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    fig, (axis,) = panels(narrow=narrow, height=3, narrow_height=3.2)
    lab = results["generator"].str.startswith("lab")
    kinds = ((lab, "lab's sizes", "conditional"), (~lab, "quarter of the width", "conditional-narrow"))
    shares, shuffled, colours = {}, {}, {}
    for name in PROPERTIES:
        for chosen, words, colour in kinds:
            rows, label = results[chosen & (results["property"] == name)], f"{name}, {words}"
            label = label.replace(", ", ",\n") if narrow else label
            shares[label], shuffled[label] = rows["column_share"].tolist(), rows["shuffled_share"].tolist()
            colours[label] = COLOURS[colour]
    dots(axis, shares, colours, size=6)
    for place, values in enumerate(shuffled.values()):
        axis.plot(values, [place] * len(values), "|", color=rcParams["text.color"], markersize=10)
    line_label(axis, (results["shuffled_share"].max(), 0), "rows shuffled", rcParams["text.color"], (6, 0))
    axis.set(
        xlim=(0, 1),
        xlabel="share of the variance that\ngoes with the column"
        if narrow
        else "share of the variance that goes with the column",
    )
    axis.xaxis.set_major_formatter("{x:.0%}")
    return fig


@figure(
    z_columns_sheet,
    format="png",
    caption="Down a column the digit changes, and the handwriting stays. One column for each noise vector, one row "
    "for each requested digit.",
    alt="A table of generated digits: down a column the digit changes and the handwriting seems to stay the same; from "
    "column to column slant, thickness and width differ.",
)
def z_columns_pictures(images: Arrays) -> Figure:
    """The lab's table of images: digits by noise vectors."""
    return picture_grid(images["table"], rows=[str(digit) for digit in range(10)], left=0.3)


@figure(
    z_columns_sheet,
    suffix="directions",
    format="png",
    caption="Slant, thickness and width can be steered, and far out some digits break. In each block z moves along "
    "one direction from left to right, from 4 standard deviations on one side to 4 on the other, for every digit.",
    alt="Three blocks of ten rows of digits, headed slant, thickness and width; from left to right in each block the "
    "property grows in most rows, and at the ends some digits break or become others.",
)
def z_columns_directions(images: Arrays) -> Figure:
    """A block of images for each property."""
    import numpy as np

    points = images["slant"].shape[1]
    gap = np.full((10, 1, 32, 32), -1)
    whole = np.concatenate([images["slant"], gap, images["thickness"], gap, images["width"]], 1)
    heads = {(points + 1) * i + (points - 1) / 2: key for i, key in enumerate(PROPERTIES)}
    return picture_grid(whole, rows=[str(digit) for digit in range(10)], heads=heads, left=0.3)


@figure(
    z_directions,
    caption="[Each property of the handwriting can be steered, but not alone: along the direction of thickness the "
    'width grows, too.]{claim="z_directions.thickness.along.width.high - z_directions.thickness.along.width.low > '
    '0.5"} Mean slant, thickness and width while z moves along the direction found for one of them (its own panel, '
    "thick). Each in units of its range over all three directions.",
    alt="Three panels of three lines each. In each panel the line of the panel's own property, thick, rises from near "
    "the bottom to the top; the others, thin and dashed, show what moves along with it: the width falls along the "
    "direction of slant and rises along that of thickness.",
)
def z_directions_lines(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each direction, a line for each property."""
    from matplotlib import rcParams

    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    fig, axes = panels(3, narrow=narrow, height=3, narrow_height=2.1, same_y=True)
    scaled = results.set_index(["direction", "t"])[list(PROPERTIES)]
    scaled = (scaled - scaled.min()) / (scaled.max() - scaled.min()).replace(0, 1)
    for axis, key in zip(axes, PROPERTIES, strict=True):
        rows = scaled.loc[key]
        for name in PROPERTIES:
            colour = COLOURS["conditional"] if name == key else rcParams["ytick.color"]
            axis.plot(
                rows[name], color=colour, linewidth=2.6 if name == key else 1.3, linestyle="-" if name == key else "--"
            )
            line_label(axis, (rows.index[-1], rows[name].iloc[-1]), name, colour, (4, 0))
        measured = results[results["direction"] == key].set_index("t")
        for t, row in rows.iterrows():
            values = ", ".join(f"{name} {measured.loc[t, name]:.2f}" for name in PROPERTIES)
            reading(axis, t, row[key], f"{t:+g} standard deviations along the direction of {key}: {values}")
        axis.set(title=f"direction of {key}", xlabel="standard deviations of z", ylim=(-0.03, 1.03))
    for axis in axes if narrow else axes[:1]:
        axis.set_ylabel("share of the range")
        axis.yaxis.set_major_formatter("{x:.0%}")
    for axis in axes:
        axis.set_xticks([results["t"].min(), 0, results["t"].max()])
    if narrow:
        for axis in axes[:-1]:
            axis.set_xlabel("")
    fig.set_layout_engine("constrained", h_pad=0.07)
    return fig


@summary(z_directions)
def z_directions_values(results: pd.DataFrame) -> dict:
    """Each property at both ends of its own direction, and the others along it."""
    found = {}
    for key in PROPERTIES:
        rows = results[results["direction"] == key]
        first, last = rows.iloc[0], rows.iloc[-1]
        along = {name: {"low": first[name], "high": last[name]} for name in PROPERTIES}
        found[key] = along[key] | {"reach": last["t"], "along": along}
    return found


@summary(z_columns)
def z_columns_values(results: pd.DataFrame) -> dict:
    """For each property the mean over lab-sized generators and the extremes; and which property z explains best.

    "hand" has the extremes over all three properties and lab-sized generators, and the lowest share over generators of
    a quarter of the width. "shuffled_is_chance" says that every share of a shuffled table is a tenth, as ten digits
    that have nothing to do with each other would give, within 0.05; false, that the shuffling leaves something.
    """
    of_lab = results["generator"].str.startswith("lab")
    lab, narrow = results[of_lab].groupby("property"), results[~of_lab].groupby("property")
    keys = ["column_share", "shuffled_share", "correlation", "f_statistic", "p", "r2"]
    found = {
        key: {
            **{name: lab[name].mean()[key] for name in keys},
            **{f"lowest_{name}": lab[name].min()[key] for name in keys},
            **{f"highest_{name}": lab[name].max()[key] for name in keys},
            "narrow": {name: narrow[name].mean()[key] for name in keys},
            "lowest_narrow_share": narrow["column_share"].min()[key],
            "highest_narrow_share": narrow["column_share"].max()[key],
        }
        for key in PROPERTIES
    }
    shares, lowest, highest = (getattr(lab["column_share"], which)() for which in ("mean", "min", "max"))
    most = shares.idxmax()
    return {
        "vectors": results["columns"].iloc[0],
        "generators": results[of_lab]["generator"].nunique(),
        "hand": {
            "lowest_share": results[of_lab]["column_share"].min(),
            "lowest_correlation": results[of_lab]["correlation"].min(),
            "lowest_shuffled_share": results[of_lab]["shuffled_share"].min(),
            "highest_shuffled_share": results[of_lab]["shuffled_share"].max(),
            "shuffled_is_chance": (abs(results[of_lab]["shuffled_share"] - 0.1) < 0.05).all(),
            "lowest_r2": results[of_lab]["r2"].min(),
            "lowest_narrow_share": results[~of_lab]["column_share"].min(),
        },
        "narrow_generators": results[~of_lab]["generator"].nunique(),
        "most": {
            "property": most,
            "share": shares.max(),
            "lowest": lowest[most],
            "highest_other": highest.drop(most).max(),
        },
        **found,
    }


if __name__ == "__main__":
    tpdl.main(__file__)
