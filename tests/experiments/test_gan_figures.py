"""The pictures and the values of the fourth chapter, drawn and derived from small made-up results."""

from __future__ import annotations

import io
import re
from inspect import signature
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.gan import (
    cdcgan,
    convergence,
    dcgan,
    interpolation,
    longer,
    memorisation,
    noise_length,
    objectives,
    precision,
    size_losses,
    sizes,
    unconditioned,
    variants,
    z_columns,
)
from experiments.gan.classifier import real_measures_values
from experiments.gan.curves import apart, falls_to_the_end, over_seeds, standing, standings
from experiments.lab.plots.animation import Animation, animated_svg
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Cells
from tpdl.plan import theme

RNG = np.random.default_rng(0)
REAL = pd.DataFrame(
    {"split": [0, 1], "samples": 50, "frechet": [0.4, 0.6], "classes_covered": 10, "effective_classes": [9.9, 10.0]}
    | {"confidence": 0.99, "diversity": [1.0, 1.02], "agreement": 0.991}
)


def measured(iterations=(0, 50, 100), seeds=(0, 1, 2), agreement: bool = True, **about) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    rows = []
    for seed in seeds:
        for i, iteration in enumerate(iterations):
            row = {
                **about,
                "seed": seed,
                "iteration": iteration,
                "seconds": 0.1 * iteration,
                "frechet": 100 / (1 + i + seed),
            }
            row |= {"classes_covered": 9.0, "effective_classes": 9.5, "confidence": 0.9, "diversity": 0.8}
            rows.append(row | ({"agreement": 0.9} if agreement else {}))
    return pd.DataFrame(rows)


def history(**about) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    rows = [{**about, "seed": seed, "iteration": iteration} for seed in (0, 1) for iteration in (20, 40, 60)]
    return pd.DataFrame(rows).assign(loss_d=0.5, loss_g=2.0, d_real=0.8, d_fake=0.2)


def pictures(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, (*shape, 32, 32), np.uint8)


BOTH = pd.concat([measured(precision=name) for name in precision.PRECISIONS], ignore_index=True)
VARIANT_ROWS = pd.concat(
    [
        measured(variant=name).assign(frechet=lambda rows, times=times: times * rows["frechet"])
        for name, times in (("lab", 2), ("nz-10", 0.5), ("ngf-half", 3))
    ],
    ignore_index=True,
).assign(d_real=0.8, d_fake=0.2, loss_g=2.0)
VARIANTS = variants.dcgan_variants(VARIANT_ROWS, REAL)
LENGTHS = pd.concat([measured(nz=nz, seeds=range(5)) for nz in noise_length.LENGTHS], ignore_index=True)
SETTINGS = pd.concat(
    [
        pd.DataFrame({"setting": setting, "seed": seed, "iteration": [0, 50, 100], "frechet": [8.0, 6.0, 4.0 + seed]})
        for setting in ("mnist-64", "mnist-64-slower", "scenes-32")
        for seed in (0, 1)
    ],
    ignore_index=True,
).assign(seconds=60.0, floor=2.0, times_floor=lambda rows: rows["frechet"] / 2)
KEPT = {"setting": np.array(["mnist-64"]), "image": np.zeros((2, 2, 64, 64), np.uint8)}
KEPT["image"][0, 1] = 4
STARTS = pd.concat(
    [
        history(setting=name).assign(d_fake=value)
        for name, value in (("mnist-64", [0.1, 0.01, 0.001, 0.2, 0.02, 0.004]), ("mnist-64-slower", 0.5))
    ],
    ignore_index=True,
)
PATHS = pd.DataFrame(
    {"path": ["linear"] * 3 + ["spherical"] * 3, "t": [0, 0.5, 1] * 2, "norm": [10, 7, 10] + [10] * 3}
).assign(frechet=5.0, confidence=0.9, diversity=0.8, effective_classes=9.0, step=0.1, largest_step=1.5)
AGREEMENT = pd.DataFrame(
    {
        "asked": np.repeat(np.arange(10), 10),
        "seen": np.tile(np.arange(10), 10),
        "digits": (np.eye(10) * 18 + 0.2).astype(int).ravel(),
        "seed": 0,
    }
)
AGREEMENT.loc[(AGREEMENT["asked"] == 4) & (AGREEMENT["seen"] == 9), "digits"] = 2
NARROW = pd.concat([measured(sees_class=True), measured(sees_class=False).assign(agreement=0.1)], ignore_index=True)
NETWORKS = pd.concat(
    [measured(network=name, seeds=range(count)) for name, count in zip(convergence.NETWORKS, (3, 3, 1), strict=True)],
    ignore_index=True,
).assign(teraflop=lambda rows: rows["iteration"] * 2.0)
NETWORKS.loc[NETWORKS["network"] == "unconditional", "agreement"] = np.nan
SHARES = pd.DataFrame(
    [
        {
            "generator": name,
            "property": key,
            "columns": 40,
            "column_share": 0.6,
            "shuffled_share": 0.1,
            "correlation": 0.5,
        }
        | {"f_statistic": 20.0, "p": 1e-9, "r2": 0.7}
        for name in ("lab-0", "lab-1", "narrow-0", "narrow-1")
        for key in z_columns.PROPERTIES
    ]
)
WAYS = pd.DataFrame(
    [
        {"direction": key, "t": t} | {name: t * (name == key) for name in z_columns.PROPERTIES}
        for key in z_columns.PROPERTIES
        for t in (-4.0, 0.0, 4.0)
    ]
)
ALONE = pd.concat([history(trained=name) for name in ("discriminator", "generator")], ignore_index=True)
ALONE_MEASURES = pd.concat([measured(trained=name) for name in ("discriminator", "generator")], ignore_index=True)
OBJECTIVES = objectives.objectives(19)
DISTANCES = pd.DataFrame({"digits": ["generated", "test"] * 5, "distance": np.linspace(1, 5.5, 10)})

DRAWINGS: list[tuple[Any, ...]] = [
    (dcgan.dcgan_measures, measured(), REAL),
    (dcgan.dcgan_losses_curves, history()),
    (dcgan.dcgan_progress, {"moment": np.array([0, 50]), "progress": pictures(2, 16)}),
    (dcgan.dcgan_pictures, {"end": pictures(64), "real": pictures(64)}),
    (objectives.objectives_curves, OBJECTIVES),
    (objectives.objectives_alone_curves, ALONE),
    (objectives.alone_pictures, {"image": pictures(4, 16)}),
    (precision.precision_curves, BOTH),
    (variants.dcgan_variants_dots, VARIANTS, VARIANT_ROWS, REAL),
    (variants.variant_pictures, {"variant": np.array(["nz-10"]), "image": pictures(1, 20)}),
    (longer.longer_curves, measured(iterations=(0, 3000, 6000, 9000)), REAL),
    (longer.longer_pictures, {"moment": np.array([3000, 9000]), "image": pictures(2, 64)}),
    (noise_length.noise_length_curves, LENGTHS, REAL),
    (noise_length.noise_pictures, {"nz": np.array(noise_length.LENGTHS), "image": pictures(3, 64)}),
    (sizes.dcgan_sizes_curves, SETTINGS),
    (size_losses.size_losses_lines, STARTS, history()),
    (sizes.sizes_pictures, {"setting": np.array(["mnist-64"]), "image": pictures(2, 12)}),
    (interpolation.interpolation_pictures, {"linear": pictures(2, 9), "spherical": pictures(2, 9)}),
    (interpolation.interpolation_curves, PATHS, REAL),
    (memorisation.memorisation_shares, DISTANCES),
    (memorisation.neighbour_pictures, {"closest": pictures(2, 14), "typical": pictures(2, 14)}),
    (cdcgan.cdcgan_measures, measured(seeds=[0]), REAL),
    (cdcgan.cdcgan_pictures, {"moment": np.array([5, 50, 500]), "image": pictures(10, 24)}),
    (cdcgan.cdcgan_agreement_table, AGREEMENT),
    (unconditioned.unconditioned_discriminator_curves, NARROW, REAL),
    (unconditioned.unconditioned_pictures, {"with": pictures(10, 8), "without": pictures(10, 8)}),
    (convergence.convergence_curves, NETWORKS, REAL),
    (z_columns.z_columns_shares, SHARES),
    (z_columns.z_columns_pictures, {"table": pictures(10, 18)}),
    (z_columns.z_columns_directions, {key: pictures(10, 7) for key in z_columns.PROPERTIES}),
    (z_columns.z_directions_lines, WAYS),
]
"""Functions of figures and what they are drawn from."""

FOR_PHONES = [drawing for drawing in DRAWINGS if "narrow" in signature(drawing[0]).parameters]


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing[0].__name__)
def test_every_picture_is_drawn(drawing, style) -> None:  # type: ignore[no-untyped-def]
    function, *inputs = drawing
    with matplotlib.rc_context(style() | {"figure.dpi": 40}):
        figure = function(*inputs)
        figure.draw_without_rendering()
    for axis in figure.axes:
        assert axis.images or axis.lines or axis.patches or axis.collections


@pytest.mark.parametrize("drawing", FOR_PHONES, ids=lambda drawing: drawing[0].__name__)
def test_every_plot_is_legible_on_a_phone(drawing) -> None:  # type: ignore[no-untyped-def]
    function, *inputs = drawing
    with matplotlib.rc_context(theme.light() | {"figure.dpi": 72}):
        figure = function(*inputs, narrow=True)
        figure.draw_without_rendering()
        assert figure.get_size_inches()[0] == pytest.approx(3.7)
        page = figure.bbox.padded(1)
        for text in (found for found in figure.findobj(Text) if found.get_visible() and found.get_text()):
            assert text.get_fontsize() >= 7.5, text
            if figure.axes and not _is_hidden_tick(text, figure):
                box = text.get_window_extent()
                assert page.x0 <= box.x0 and box.x1 <= page.x1, text
        starts = [axis.get_position().y0 for axis in figure.axes]
        assert starts == sorted(starts, reverse=True)  # one under the other


def _is_hidden_tick(text: Text, figure: Figure) -> bool:
    """Whether it belongs to a tick outside of the axis, which is not drawn."""
    return any(
        text in (tick.label1, tick.label2) and not low <= tick.get_loc() <= high
        for axis in figure.axes
        for side, (low, high) in ((axis.xaxis, sorted(axis.get_xlim())), (axis.yaxis, sorted(axis.get_ylim())))
        for tick in [*side.get_major_ticks(), *side.get_minor_ticks()]
    )


def test_there_are_drawings_for_phones_of_every_plot() -> None:
    assert len(FOR_PHONES) == 18


def test_every_seed_is_a_dot() -> None:
    """In the comparison of networks and in that of settings, also the seeds of the lab's own ones."""
    ends = convergence.convergence_curves(NETWORKS, REAL).axes[0]
    assert [len(row.get_offsets()) for row in ends.collections] == [3, 3, 1]
    assert [label.get_text() for label in ends.get_yticklabels()] == [
        label.replace(", ", ",\n") for label in convergence.NETWORKS.values()
    ]
    (axis,) = variants.dcgan_variants_dots(VARIANTS, VARIANT_ROWS, REAL).axes
    for row, name in zip(axis.collections, ("nz-10", "lab", "ngf-half"), strict=True):
        rows = VARIANT_ROWS[(VARIANT_ROWS["variant"] == name) & (VARIANT_ROWS["iteration"] == 100)]
        assert sorted(row.get_offsets()[:, 0]) == pytest.approx(sorted(rows["frechet"]))
    less, own, narrow = (row.get_facecolor()[0] for row in axis.collections)
    assert (less == narrow).all() and (own != narrow).any()
    assert axis.get_xlim()[0] > REAL["frechet"].mean()
    assert "◂ real against real: 0.5" in [text.get_text() for text in axis.texts]


def test_the_two_losses_differ_in_colour_and_in_style_and_are_named_beside_the_lines() -> None:
    losses, outputs = dcgan.dcgan_losses_curves(history().assign(loss_g=lambda rows: 2 + rows["seed"])).axes
    names = {text.get_text(): text.get_color() for text in losses.texts}
    thick = {line.get_color(): line.get_linestyle() for line in losses.lines if line.get_linestyle() != ":"}
    assert set(names) == {"generator", "discriminator"}
    assert {name: thick[colour] for name, colour in names.items()} == {"generator": "-", "discriminator": "--"}
    of_generator = [line for line in losses.lines if line.get_color() == names["generator"]]
    assert [next(iter(line.get_ydata())) for line in of_generator[:3]] == [2, 3, 2.5]  # each seed, and the mean
    assert [text.get_text() for text in outputs.texts] == ["D(x),\nreal", "D(G(z)),\ngenerated"]


def test_the_confusion_matrix_is_empty_where_nothing_was_confused() -> None:
    (axis,) = cdcgan.cdcgan_agreement_table(AGREEMENT).axes
    cells = np.array([text.get_text() if text.get_visible() else "" for text in axis.texts]).reshape(10, 10)
    assert cells[4, 9] == "10.0" and cells[4, 4] == "90.0"
    assert (np.diag(cells) != "").all() and (cells != "").sum() == 11


def test_shares_of_distances_are_those_of_the_table() -> None:
    (axis,) = memorisation.memorisation_shares(DISTANCES).axes
    curves = {line.get_label(): line for line in axis.lines if line.get_label() in ("generated", "test")}
    for name, rows in DISTANCES.groupby("digits"):
        distances, shares = curves[name].get_data()
        for distance in rows["distance"]:
            below = shares[np.searchsorted(distances, distance + 0.001) - 1]
            assert below == pytest.approx((rows["distance"] <= distance).mean())


def test_a_grid_shows_images_where_they_belong() -> None:
    images = pictures(2, 3)
    figure = picture_grid(images, rows=["first", "second"])
    shown = np.asarray(figure.axes[0].images[0].get_array())
    assert (shown[35:67, 69:101] == images[1, 2]).all()  # frames of a pixel around each of 32 × 32
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["first", "second"]


def test_an_animation_is_an_svg_that_moves_unless_asked_not_to() -> None:
    from PIL import Image

    frames = np.zeros((5, 4, 6), np.uint8)
    for i in range(5):
        frames[i] = 50 * i
    text = animated_svg(frames, 2, 3)
    assert 'width="18" height="12" viewBox="0 0 6 4"' in text
    assert "steps(5)" in text and "translateY(-20px)" in text
    assert re.search(r"prefers-reduced-motion: reduce\) \{ \.strip \{ animation: none", text)
    import base64

    strip = np.asarray(Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", text)[1]))).convert("L"))  # type: ignore[index]
    assert strip.shape == (20, 6)
    assert [int(strip[4 * i + 3, 0]) for i in range(5)] == [0, 50, 100, 150, 200]
    buffer = io.BytesIO()
    Animation(frames, 2, 3).savefig(buffer, format="svg", metadata={})
    assert buffer.getvalue().decode() == text
    with pytest.raises(ValueError, match="SVG only"):
        Animation(frames).savefig(buffer, format="png")


def test_values_of_the_dcgan() -> None:
    values = dcgan.dcgan_values(measured(), history(), REAL)
    assert values["iterations"] == 100 and values["seeds"] == 3
    assert values["end"]["frechet"] == pytest.approx(np.mean([100 / 3, 100 / 4, 100 / 5]))
    assert values["times_floor"] == pytest.approx(values["end"]["frechet"] / 0.5)
    assert values["spread"] == pytest.approx(5 / 3)
    assert values["collapsed"] == 0
    assert values["by_iteration"][50] == pytest.approx(np.mean([50, 100 / 3, 25]))
    assert values["falls_to_the_end"] and values["before_end"]["iteration"] == 50
    assert values["all_classes_from"] is None and values["no_variety_until"] is None
    later = measured().assign(classes_covered=[9, 10, 10] * 3, diversity=[0.1, 0.1, 0.8] * 3)
    found = dcgan.dcgan_values(later, history().assign(loss_g=[1.0, 2.0, 4.0] * 2), REAL)
    assert (found["all_classes_from"], found["no_variety_until"]) == (50, 50) and not found["shapes_early"]
    assert values["losses_keep_their_level"] and not found["losses_keep_their_level"]
    assert found["fluctuation"] == {"loss_d": 0, "loss_g": pytest.approx(2**0.5 / 3)}


def test_precisions_are_compared_seed_by_seed() -> None:
    times = pd.DataFrame(
        {"precision": ["float32", "bfloat16"], "milliseconds": [30.0, 20.0], "fastest": [28.0, 19.0]}
        | {"slowest": [31.0, 22.0], "idleness": [0.9, 0.99], "native": True, "rounds": 5}
    )
    short = BOTH["precision"] == "bfloat16"
    factor = BOTH["seed"].map({0: 2.0, 1: 1.0, 2: 0.5}).where(short, 1.0)
    values = precision.precision_values(BOTH.assign(frechet=factor * BOTH["frechet"]), times)
    assert values["ratio"]["mean"] == pytest.approx(1), "the mean of logarithms, so that halving undoes doubling"
    assert values["ratio"]["low"] == pytest.approx(1 / values["ratio"]["high"]) and values["ratio"]["high"] > 2
    assert (values["seeds"], values["iterations"], values["times_as_fast"]) == (3, 100, 1.5)
    assert (values["fastest_full"], values["slowest_short"], values["idleness"]) == (28, 22, 0.9)
    worse = precision.precision_values(BOTH.assign(frechet=BOTH["frechet"].where(~short, 1.5 * BOTH["frechet"])), times)
    assert worse["ratio"] == pytest.approx({"mean": 1.5, "low": 1.5, "high": 1.5})
    assert worse["bfloat16"]["frechet"] == pytest.approx(1.5 * worse["float32"]["frechet"])


def run(frechet: list[float], diversity: list[float], classes: list[float], seed: int = 0) -> pd.DataFrame:
    """A training run with a measurement every 50 iterations."""
    rows = {"frechet": frechet, "diversity": diversity, "effective_classes": classes}
    return pd.DataFrame({"seed": seed, "iteration": [50 * i for i in range(len(frechet))], **rows})


def test_not_started_slow_and_collapsed_are_different() -> None:
    runs = {
        "not_started": run([100, 95, 90], [0, 0.1, 0.1], [1, 2, 2]),
        "slow": run([100, 90, 80], [0, 0.1, 0.3], [1, 2, 4]),
        "stuck": run([100, 80, 81], [0, 0.1, 0.3], [1, 2, 4]),
        "collapsed": run([100, 20, 60], [0, 0.9, 0.2], [1, 9, 9]),
        "varied": run([100, 20, 10], [0, 0.9, 0.9], [1, 9, 9]),
    }
    for name, rows in runs.items():
        assert standing(rows, REAL) == name
        assert standing(rows[::-1], REAL) == name  # whatever the order of the table
    few = run([100, 20, 10], [0, 0.9, 0.9], [1, 9, 3])
    assert standing(few, REAL) == "collapsed"  # of classes alone
    both = pd.concat([runs["varied"], runs["collapsed"].assign(seed=1), few.assign(seed=2)])
    assert standings(both, REAL) == {"not_started": 0, "slow": 0, "stuck": 0, "collapsed": 2, "varied": 1}


def test_a_training_run_that_still_improves_is_seen() -> None:
    falls, rises = run([100, 50, 40], [1] * 3, [9] * 3), run([100, 40, 50], [1] * 3, [9] * 3, seed=1)
    assert falls_to_the_end(falls) and not falls_to_the_end(pd.concat([falls, rises]))


def test_seeds_are_apart_if_none_overlaps() -> None:
    low, high = pd.DataFrame({"frechet": [1.0, 2.0]}), pd.DataFrame({"frechet": [3.0, 2.5]})
    assert apart(low, high) and not apart(high, low)
    assert not apart(low, pd.DataFrame({"frechet": [3.0, 1.5]}))


def test_a_condition_that_helps_early_and_holds_back_later() -> None:
    moments = (0, 50, 100, 200)
    networks = pd.concat([measured(moments, [0, 1], network=name) for name in convergence.NETWORKS], ignore_index=True)
    networks = networks.assign(teraflop=networks["iteration"] * 2.0)
    for name, frechet in (("unconditional", [9, 8, 6, 2]), ("conditional-narrow", [9, 5, 6, 5])):
        networks.loc[networks["network"] == name, "frechet"] = [*frechet, *(value + 0.5 for value in frechet)]
    found = convergence.convergence_values(networks)["equal_size"]
    assert (found["ahead"], found["behind"]) == ({"first": 50, "last": 50}, {"first": 200, "last": 200})
    assert found["ahead_then_behind"]
    assert found["when_last_ahead"]["conditional"]["frechet"] == pytest.approx(5.25)
    same = networks.assign(frechet=1.0)
    assert convergence.convergence_values(same)["equal_size"]["ahead"] == {"first": None, "last": None}
    assert not convergence.convergence_values(same)["equal_size"]["ahead_then_behind"]


def test_variants_say_which_have_started() -> None:
    until = [run([100, 95, 95, 95], [0] * 4, [1] * 4, seed) for seed in (0, 1)]
    lab = [run([100, 50, 40, 20], [0, 0.3, 0.9, 0.9], [1, 9, 9, 9], seed) for seed in (0, 1)]
    both = [pd.concat(until).assign(variant="ngf-half"), pd.concat(lab).assign(variant="lab")]
    rows = pd.concat(both).assign(d_real=0.9, d_fake=0.1, loss_g=3.0, confidence=0.9)
    named = variants.dcgan_variants_values(variants.dcgan_variants(rows, REAL), rows, REAL)
    assert named["not_started"] == [variants.WORDS["ngf-half"]] and named["slow"] == named["stuck"] == []
    assert named["runs"] == {"not_started": 2, "slow": 0, "stuck": 0, "collapsed": 0, "varied": 2}
    assert named["quarter"] == 50 and named["early"] == {"not_started": 2, "slow": 2} | {
        "stuck": 0,
        "collapsed": 0,
        "varied": 0,
    }
    assert named["best_is_apart"] and not named["higher_rates_lead"]
    assert (named["started"], named["improving"]) == (2, 2)
    assert named["wider"] == {} and not named["loss_misleads"]


def test_what_is_ahead_early_may_be_behind_in_the_end() -> None:
    """The wide discriminator is behind after a quarter and ahead at the end; the wide generator is always ahead."""
    courses = {
        "lab": (9, 6, 5),
        "ngf-double": (9, 3, 2),
        "ngf-half": (9, 7, 6),
        "ndf-double": (9, 8, 1),
        "ndf-half": (9, 2, 7),
    }
    rows = pd.concat(
        [
            measured(variant=name).assign(frechet=list(course) * 3, loss_g=5.0 if name == "ndf-double" else 2.0)
            for name, course in courses.items()
        ]
    ).assign(d_real=0.8, d_fake=0.2)
    found = variants.dcgan_variants_values(variants.dcgan_variants(rows, REAL), rows, REAL)
    assert found["wider"] == {
        "generator": {"ahead": True, "behind_early": False},
        "discriminator": {"ahead": True, "behind_early": True},
    }
    assert found["loss_misleads"] and found["by_name"]["ndf_half"]["early_frechet"] == 2


def test_lengths_of_noise_are_compared_by_seeds() -> None:
    """Closed form: five seeds against five that are all larger have the smallest exact p there is, 2 of 252."""
    times = pd.DataFrame({"nz": [10, 100, 1000], "milliseconds": [9.0, 10.0, 15.0], "idleness": 0.9}).assign(
        fastest=lambda rows: rows["milliseconds"] - 1, slowest=lambda rows: rows["milliseconds"] + 1
    )
    factor = LENGTHS["nz"].map({10: 0.1, 100: 1.0, 1000: 10.0})
    found = noise_length.noise_length_values(LENGTHS.assign(frechet=factor * LENGTHS["frechet"]), times, REAL)
    assert found["is_ordered"] and found["ten_is_ahead"] and found["thousand_is_behind"]
    assert found["nz_10"]["p"] == found["nz_1000"]["p"] == pytest.approx(2 / 252)
    assert found["nz_10"]["relative"] == pytest.approx({"mean": 0.1, "low": 0.1, "high": 0.1})
    assert found["thousand_takes_longer"] and found["times_as_long"] == 1.5 and found["nz_100"]["seeds"] == 5
    same = noise_length.noise_length_values(LENGTHS, times.assign(slowest=14.0), REAL)
    assert not same["is_ordered"] and not same["ten_is_ahead"] and not same["thousand_takes_longer"]
    assert same["nz_10"]["p"] == 1 and "p" not in same["nz_100"]


def test_a_longer_training_is_compared_with_the_labs_end_and_with_itself() -> None:
    """Closed form: it halves with every measurement, so the last third of six has a quarter of the third before."""
    iterations = (0, 3000, *range(4000, 10_000, 1000))
    rows = measured(iterations=iterations).assign(frechet=[2.0**-i for i in range(len(iterations))] * 3)
    rows = rows.assign(d_real=0.8, d_fake=0.2)
    found = longer.longer_values(rows, REAL)
    assert found["ratio"] == pytest.approx({"mean": 2**-6, "low": 2**-6, "high": 2**-6}) and found["best"] == 9000
    assert found["last_third"]["mean"] == found["last_third"]["highest_seed"] == pytest.approx(0.25)
    assert found["last_third"]["measurements"] == 2 and found["lab"] == 3000
    assert found["at_lab"]["frechet"] == 0.5 and found["times_floor"] == pytest.approx(2**-7 / 0.5)
    flat = longer.longer_values(rows.assign(frechet=1.0), REAL)
    assert flat["last_third"]["high"] == flat["ratio"]["mean"] == 1


def test_means_over_seeds_stay_above_zero() -> None:
    rows = pd.DataFrame({"frechet": [0.1, 5.0, 9.0]})
    found = over_seeds(rows)
    assert found["low_frechet"] == 0 and found["lowest_frechet"] == 0.1 and found["seeds"] == 3
    assert "agreement" not in found


def test_variants_are_compared_at_their_end() -> None:
    table = variants.dcgan_variants(VARIANT_ROWS, REAL).set_index("variant")
    assert list(table.index) == ["nz-10", "lab", "ngf-half"]
    assert table["frechet"].tolist() == pytest.approx([factor * np.mean([100 / 3, 25, 20]) for factor in (0.5, 2, 3)])
    assert table.loc["nz-10", "times_lab"] == pytest.approx(0.25)


def test_the_labs_own_runs_are_those_with_its_length_of_noise() -> None:
    def trained(**more: list) -> Cells[dict[str, np.ndarray]]:
        """A run for each value of the only parameter but the seed; its Fréchet distance is the length of the noise."""
        ((name, values),) = more.items()
        history = np.tile([0.5, 2.0, 0.8, 0.2], (4, 1))
        runs = {
            str(value): {"history": history, "moment": np.array([0, 4]), "seconds": np.array([0, 1])}
            | {"measure/frechet": np.array([9, value if name == "nz" else 3])}
            for value in values
        }
        return Cells(runs, {str(value): {name: value, "seed": 0} for value in values})

    rows = variants.variant_measures(trained(variant=["ngf-half"]), trained(nz=[10, 100]))
    assert rows[rows["iteration"] == 4].set_index("variant")["frechet"].to_dict() == {
        "nz-10": 10,
        "lab": 100,
        "ngf-half": 3,
    }
    assert (rows["loss_g"] == 2).all() and (rows["d_fake"] == 0.2).all()


def test_values_of_the_other_steps() -> None:
    named = variants.dcgan_variants_values(VARIANTS, VARIANT_ROWS, REAL)
    assert named["by_name"]["nz_10"]["d_fake"] == pytest.approx(0.2)
    assert named["worst"]["variant"] == "ngf-half" and named["best"]["variant"] == "nz-10"
    found = sizes.dcgan_sizes_values(SETTINGS, KEPT)
    assert found["slower_is_worse"] == 0 and found["by_setting"]["mnist_64"]["before"] == 3
    assert found["sheet"] == {"images": 2, "mnist_64": {"generated": 4.0, "real": 0.0}}
    of_sizes = found["by_setting"]["mnist_64"]
    assert (of_sizes["start_frechet"], of_sizes["lowest_frechet"], of_sizes["highest_frechet"]) == (8, 4, 5)
    assert (of_sizes["times_floor"], of_sizes["minutes"]) == (2.25, 1)
    losses = size_losses.size_losses_values(STARTS, SETTINGS)
    late = losses["mnist_64"]
    assert (late["ran_away"], late["came_back"], late["back"]) == (0, 0, None)
    runaway = STARTS.assign(d_fake=[0.1, 1e-4, 0.02, 0.1, 1e-4, 1e-5, *STARTS["d_fake"][6:]])
    away = size_losses.size_losses_values(runaway, SETTINGS)["mnist_64"]
    flat = size_losses.size_losses_values(runaway, SETTINGS.assign(frechet=8.0))["mnist_64"]
    assert flat["stalls_while_away"] and flat["started"] == 0
    assert (away["ran_away"], away["came_back"], away["back"]) == (2, 1, 40)
    assert away["some_come_back"] and not away["stalls_while_away"] and late["stalls_while_away"]
    assert (late["lowest_d_fake"], late["highest_d_fake"]) == (pytest.approx(0.0055), pytest.approx(0.012))
    assert late["early"] == {"lowest": 0.001, "highest": 0.004} and losses["mnist_64_slower"]["d_fake"] == 0.5
    paths = interpolation.interpolation_values(PATHS)
    assert paths["linear"]["middle"]["norm"] == 7 and paths["spherical"]["ends"]["norm"] == 10
    asked = cdcgan.cdcgan_values(measured(seeds=[0]), AGREEMENT, history(), history())
    assert asked["mistake"] == {"asked": 4, "seen": 9, "digits": 2} and asked["worst"] == 4
    assert asked["nine_of_ten"] == {"first": 0, "last": 0}
    assert asked["then_diversity"] == {"lowest": pytest.approx(0.8), "highest": pytest.approx(0.8)}
    two = pd.concat([AGREEMENT, AGREEMENT.assign(seed=1, digits=2 * (AGREEMENT["asked"] == AGREEMENT["seen"]))])
    over = cdcgan.cdcgan_values(measured(seeds=[0, 1]), two, history(), history())
    assert over["setback"]["high"] == over["setback"]["low"]  # always 0.9: none
    rise = measured(seeds=[0], iterations=(0, 50, 100, 200)).assign(agreement=[0.1, 0.8, 0.5, 0.9])
    assert cdcgan.cdcgan_values(rise, AGREEMENT, history(), history())["setback"] == {
        "high": 0.8,
        "after": 50,
        "low": 0.5,
        "then": 100,
    }
    assert over["highest"] == 1 and over["lowest"] == asked["lowest"] == asked["agreement"] < over["agreement"] < 1
    seen = unconditioned.unconditioned_discriminator_values(NARROW, REAL)
    assert seen["unseen"]["agreement"] == pytest.approx(0.1) and seen["highest_unseen_agreement"] == pytest.approx(0.1)
    both = convergence.convergence_values(NETWORKS)
    assert both["shared_iteration"] == 100
    assert both["by_network"]["conditional"]["teraflop"] == 200
    assert both["by_network"]["conditional"]["worst_before"] == 50 and both["by_network"]["conditional"]["before"] == 50
    assert z_columns.z_columns_values(SHARES)["slant"]["narrow"]["column_share"] == pytest.approx(0.6)
    assert z_columns.z_columns_values(SHARES)["slant"]["highest_narrow_share"] == pytest.approx(0.6)
    ways = z_columns.z_directions_values(WAYS)
    assert (ways["width"]["low"], ways["width"]["high"], ways["width"]["reach"]) == (-4, 4, 4)
    assert ways["width"]["along"]["slant"] == {"low": 0, "high": 0}
    assert real_measures_values(REAL)["lowest_frechet"] == 0.4
    alone = objectives.objectives_alone_values(ALONE, ALONE_MEASURES)
    assert alone["generator"]["d_real"] == pytest.approx(0.8) and alone["iterations"] == 60


def test_the_shared_distance_is_that_of_the_two_networks_of_the_lab() -> None:
    """Closed form: 100, 50, 33.3 for one seed; a narrow network ten times as far off never gets there."""
    networks = pd.concat([measured(network=name, seeds=[0]) for name in convergence.NETWORKS], ignore_index=True)
    narrow = networks["network"] == "conditional-narrow"
    networks = networks.assign(teraflop=networks["iteration"] * 2.0)
    networks.loc[narrow, "frechet"] *= 10
    networks.loc[(networks["network"] == "conditional") & (networks["iteration"] == 100), "frechet"] = 5.0
    found = convergence.convergence_values(networks)
    assert found["shared_distance"] == pytest.approx(100 / 3)
    assert found["by_network"]["unconditional"]["iterations_to_shared_distance"] == 100
    assert found["by_network"]["conditional"]["teraflop_to_shared_distance"] == 200
    assert found["by_network"]["conditional_narrow"]["iterations_to_shared_distance"] is None
    assert found["by_network"]["conditional_narrow"]["teraflop_to_shared_distance"] is None


def test_a_relapse_of_the_conditional_network_is_seen() -> None:
    rows = measured(seeds=[0, 1])
    for agreement, first, later in (
        ([0.95, 0.4, 0.92, 0.1, 0.93, 0.7], {"first": 0, "last": 50}, {"lowest": 0.4, "highest": 0.7}),
        ([0.95, 0.4, 0.92, 0.1, 0.5, 0.92], None, None),  # one seed gets there only at its end
        ([0.95, 0.4, 0.92, 0.1, 0.2, 0.3], None, None),
    ):
        found = cdcgan.cdcgan_values(rows.assign(agreement=agreement), AGREEMENT, history(), history())
        assert (found["nine_of_ten"], found["relapse"]) == (first, later)


def test_named_statements_can_be_false() -> None:
    """What the text says in one word is true of the case it was named for, and false of its opposite."""
    high, low = history().assign(d_real=0.8, d_fake=0.2), history().assign(d_real=0.6, d_fake=0.4)
    rows = measured(seeds=[0])
    assert cdcgan.cdcgan_values(rows, AGREEMENT, low, high)["closer_to_equilibrium"]
    assert not cdcgan.cdcgan_values(rows, AGREEMENT, high, low)["closer_to_equilibrium"]
    assert dcgan.dcgan_values(measured(), high, REAL)["discriminator_leads"]
    assert not dcgan.dcgan_values(measured(), high.assign(d_fake=0.6), REAL)["discriminator_leads"]
    third = dcgan.dcgan_values(measured((0, 30, 40, 100), seeds=[0]), high, REAL)["after_third"]
    assert (third["iteration"], third["of_start"]) == (40, pytest.approx(1 / 3))
    told, untold = (measured(seeds=[0, 1], sees_class=sees) for sees in (True, False))
    for agreement, frechet, obeys, worse in ((0.1, 2, False, True), (0.8, 0.1, True, False)):
        other = untold.assign(agreement=agreement, frechet=untold["frechet"] * frechet)
        found = unconditioned.unconditioned_discriminator_values(pd.concat([told, other]), REAL)
        assert (found["does_not_obey"], found["digits_are_worse"]) == (not obeys, worse)
    ahead = convergence.convergence_values(NETWORKS)["lab_sizes"]
    assert not ahead["is_ahead"] and ahead["arithmetic"] == 1 and not ahead["fewer_batches"]
    ends = {"path": ["linear"] * 3 + ["spherical"] * 3, "t": [0, 0.5, 1] * 2, "norm": [10, 7, 10, 10, 10, 10]}
    paths = pd.DataFrame(ends).assign(confidence=0.9, diversity=1.0, step=0.1, largest_step=1.5)
    for frechet, holds in (([10, 12, 10, 10, 10, 10], True), ([10, 12, 10, 10, 12, 10], False)):
        assert interpolation.interpolation_values(paths.assign(frechet=frechet))["line_leaves_the_shell"] == holds


def test_copies_are_counted() -> None:
    made = pd.DataFrame({"digits": "generated", "distance": [0.1, 3.0, 4.0, 5.0]})
    real = pd.DataFrame({"digits": "test", "distance": [2.0, 3.0, 4.0, 5.0]})
    values = memorisation.memorisation_values(pd.concat([made, real]))
    assert values["copies"] == 1 and values["test"]["lowest"] == 2.0 and values["nearer_than_real"] == 0.25


def test_pulls_are_the_closed_forms() -> None:
    np.testing.assert_allclose(OBJECTIVES["pull_minimax"], OBJECTIVES["d"])
    np.testing.assert_allclose(OBJECTIVES["pull_non_saturating"], 1 - OBJECTIVES["d"])
    np.testing.assert_allclose(OBJECTIVES["loss_non_saturating"], -np.log(OBJECTIVES["d"]))
    np.testing.assert_allclose(OBJECTIVES["loss_minimax"], np.log(1 - OBJECTIVES["d"]))
    np.testing.assert_allclose(OBJECTIVES["loss_discriminator"], -np.log(1 - OBJECTIVES["d"]), atol=1e-12)
