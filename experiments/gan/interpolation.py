"""Interpolating between noise vectors, along the chord and along the sphere (question 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier, real_measures
from experiments.gan.curves import floor
from experiments.gan.dcgan import dcgan_training
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(inputs={"training": dcgan_training, "classifier": classifier}, device="gpu")
def interpolation(training: Arrays, classifier: Arrays, seed: int = 0, points: int = 11) -> pd.DataFrame:
    """Image quality along the path: one row for each kind of path and point on it.

    As many pairs of noise vectors are interpolated as the reference has digits. `norm` is the mean length of z, and
    `step` the mean change of a pixel (0 … 1) from the point before. `largest_step` is each path's largest such change
    in units of its mean change, averaged over pairs; a jump would make it large.
    """
    import numpy as np
    import torch

    from experiments.gan.quality import as_seen, measures, trained_classifier, yardstick
    from experiments.lab.methods.adversarial_training import generate
    from experiments.lab.methods.interpolation import linear, spherical

    model, real, generator = trained_classifier(classifier), yardstick(classifier), dcgan_generator(training)
    start, end = np.random.default_rng([seed, 4]).standard_normal((2, len(real.feature), generator.nz))
    rows = []
    for path, between in (("linear", linear), ("spherical", spherical)):
        changes: list[np.ndarray] = []
        part: list[dict] = []
        before: np.ndarray | None = None
        for t in np.linspace(0, 1, points):
            z = between(start, end, np.array([t]))[0]
            images = generate(generator, torch.from_numpy(z.astype(np.float32)))
            found = measures(as_seen(model, images), real)
            if before is not None:
                changes.append(np.abs(images.astype(np.float32) - before).mean((1, 2)) / 255)
            before = images.astype(np.float32)
            part.append(
                {"path": path, "t": float(t), "norm": float(np.linalg.norm(z, axis=1).mean())}
                | {key: found[key] for key in ("frechet", "confidence", "diversity", "effective_classes")}
                | {"step": float(changes[-1].mean()) if changes else 0.0}
            )
        each = np.stack(changes)
        largest = float((each.max(0) / each.mean(0).clip(1e-9)).mean())
        rows += [row | {"largest_step": largest} for row in part]
    return pd.DataFrame(rows)


def dcgan_generator(training: Arrays):  # type: ignore[no-untyped-def]
    """The trained DCGAN generator, in evaluation mode; its sizes are inferred from its weights."""
    from experiments.gan.quality import weights
    from experiments.lab.device import best_device
    from experiments.lab.nets.dcgan import Generator

    state = weights(training, "generator/")
    convolutions = [value for value in state.values() if value.ndim == 4]
    model = Generator(convolutions[0].shape[0], convolutions[-1].shape[0], 2 ** (len(convolutions) + 1))
    model.load_state_dict(state)
    return model.eval().to(best_device())


@experiment(inputs={"training": dcgan_training}, local=True, device="gpu")
def interpolation_sheet(training: Arrays, seed: int = 0, pairs: int = 5, points: int = 14, loops: int = 9) -> Arrays:
    """Images along the paths.

    Returns:
        uint8 "linear" and "spherical" [pairs, points, 32, 32]; "loop" [frames, 32, loops × 32]: `loops` images side by
        side, each on a closed path through noise vectors of its own.
    """
    import numpy as np
    import torch

    from experiments.lab.methods.adversarial_training import generate
    from experiments.lab.methods.interpolation import linear, spherical

    generator = dcgan_generator(training)
    draw = np.random.default_rng([seed, 5])
    start, end = draw.standard_normal((2, pairs, generator.nz))
    arrays = {}
    for path, between in (("linear", linear), ("spherical", spherical)):
        z = between(start, end, np.linspace(0, 1, points)).swapaxes(0, 1).reshape(-1, generator.nz)
        arrays[path] = generate(generator, torch.from_numpy(z.astype(np.float32))).reshape(pairs, points, 32, 32)
    stops = draw.standard_normal((4, loops, generator.nz))
    steps = np.arange(10) / 10
    z = np.concatenate([spherical(stops[i], stops[(i + 1) % 4], steps) for i in range(4)])
    images = generate(generator, torch.from_numpy(z.reshape(-1, generator.nz).astype(np.float32)))
    across = images.reshape(len(z), 1, loops, 32, 32).transpose(0, 1, 3, 2, 4)
    return arrays | {"loop": across.reshape(len(z), 32, loops * 32)}


@figure(
    interpolation_sheet,
    format="png",
    caption="One digit turns into another without a jump. From the noise of the first image of a row to that of the "
    "last: along the straight line (upper row of each pair), and along the sphere (lower row).",
    alt="Five pairs of rows of digits; in each row one digit turns step by step into another.",
)
def interpolation_pictures(images: Arrays) -> Figure:
    """Pairs of rows: linear above spherical interpolation."""
    import numpy as np

    both = np.stack([images["linear"], images["spherical"]], 1)
    return picture_grid(both.reshape(-1, *both.shape[2:]), rows=["linear", "spherical"] * len(both))


@figure(
    interpolation_sheet,
    suffix="loop",
    caption="Digits turn into each other along closed paths through the noise. Nine images, each on a path of its own "
    "on the sphere. They move in a browser, and stand still on paper or if the reader prefers reduced motion.",
    alt="A row of nine digits; in a browser each turns smoothly into others and back.",
)
def interpolation_loop(images: Arrays) -> Figure:
    """A looping animation."""
    from experiments.lab.plots.animation import Animation

    return Animation(images["loop"], seconds=8, scale=2.4)


@figure(
    interpolation,
    real_measures,
    caption="[Halfway along the straight line z is too short and the digits are farther from real ones; on the arc "
    'they are not.]{claim="interpolation.line_leaves_the_shell"} Length of z, Fréchet distance of the images, and the '
    "classifier's confidence along the path from one noise vector to another. Dashed: real digits. One generator was "
    "looked at.",
    alt="Three panels against the position on the path. The length of z sags in the middle of the straight path and "
    "stays level on the arc; the Fréchet distance rises a little in the middle of the straight path and not on the "
    "arc, and is far above that of real digits throughout; the confidence is the same on both paths.",
)
def interpolation_curves(results: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Three panels, a line for each kind of path."""
    from matplotlib.ticker import MultipleLocator

    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    names = {"norm": "length of z", "frechet": "Fréchet distance", "confidence": "confidence"}
    paths = {"linear": ("straight line", "C3", "s--"), "spherical": ("arc on the sphere", "C0", "o-")}
    fig, axes = panels(3, narrow=narrow, height=3.2, narrow_height=1.9)
    for axis, (name, title) in zip(axes, names.items(), strict=True):
        for path, rows in results.groupby("path"):
            label, colour, style = paths[str(path)]
            band(axis, rows, "t", name, colour, label, unit="", style=style)
        axis.set(title=title, ylabel="", xlabel="position on the path")
        if name in real:
            floor(axis, real[name])
        if narrow and axis is not axes[-1]:
            axis.set_xlabel("")
        axis.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes[0].set_ylim(0, 1.1 * results["norm"].max())
    axes[1].set_ylim(bottom=0)
    axes[2].yaxis.set_major_locator(MultipleLocator(0.02))
    axes[2].yaxis.set_major_formatter("{x:.0%}")
    fig.set_layout_engine("constrained", h_pad=0.07)
    legend_above(fig, axes[1], 2 if narrow else 3)
    return fig


@summary(interpolation)
def interpolation_values(results: pd.DataFrame) -> dict:
    """Each path at its middle and at its ends, and how even its steps are.

    "line_leaves_the_shell" says that halfway along the line z is shorter than at the ends by more than a fifth and the
    Fréchet distance larger by more than a tenth, while halfway along the arc it is not larger by a twentieth; false,
    that the two paths do not differ as the argument about the length of noise wants it. "largest_step" is the larger
    of the two paths' own.
    """
    found: dict[str, Any] = {}
    for path, rows in results.groupby("path"):
        middle = rows.iloc[len(rows) // 2]
        ends = rows.iloc[[0, -1]]
        found[path] = {
            "middle": {key: middle[key] for key in ("norm", "frechet", "confidence", "diversity")},
            "ends": {key: ends[key].mean() for key in ("norm", "frechet", "confidence", "diversity")},
            "largest_step": rows["largest_step"].iloc[0],
            "step": rows["step"][1:].mean(),
        }
    line, arc = found["linear"], found["spherical"]
    short, worse = (line["middle"][key] / line["ends"][key] for key in ("norm", "frechet"))
    level = arc["middle"]["frechet"] / arc["ends"]["frechet"]
    return {
        "points": results["t"].nunique(),
        **found,
        "line_leaves_the_shell": short < 0.8 and worse > 1.1 and level < 1.05,
        "largest_step": max(line["largest_step"], arc["largest_step"]),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
