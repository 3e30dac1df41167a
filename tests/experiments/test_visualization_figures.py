"""Pictures and values of the chapter on looking into networks, drawn from small made-up results in both themes."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from scipy.stats import pearsonr, spearmanr

from experiments.lab.plots.pictures import slug
from experiments.visualization import (
    adversarial,
    adversarial_pairs,
    adversarial_saliency,
    adversarial_strength,
    class_image,
    class_image_grid,
    class_image_other,
    class_image_regularisation,
    class_image_seeds,
    class_image_start,
    saliency,
    saliency_checks,
    saliency_curves,
    saliency_methods,
    saliency_segmentation,
)
from tpdl import Box, Outline, Picture, Sheet
from tpdl.plan import theme

RNG = np.random.default_rng(0)
MEASURES = ("colourfulness", "total_variation", "fine", "probability", "judge_probability")


@pytest.fixture(params=[theme.light, theme.dark], autouse=True)
def style(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(request.param()):
        yield


def pictures(*shape: int) -> np.ndarray:
    return RNG.integers(0, 255, (*shape, 8, 8, 3), dtype=np.uint8)


def maps(*shape: int) -> np.ndarray:
    return RNG.integers(0, 255, (*shape, 8, 8), dtype=np.uint8)


def with_measures(rows: pd.DataFrame) -> pd.DataFrame:
    values = {column: RNG.random(len(rows)) for column in MEASURES}
    return rows.assign(network="n", judge="m", judge_rank=1, **values)


def draw(*figures) -> None:  # type: ignore[no-untyped-def]
    for figure in figures:
        figure.canvas.draw()


def drawn(make, *results: pd.DataFrame):  # type: ignore[no-untyped-def]
    """Draw for wide pages and for narrow ones; the wide figure."""
    wide, narrow = make(*results), make(*results, narrow=True)
    draw(wide, narrow)
    assert narrow.get_figwidth() == 3.7 and len(narrow.axes) == len(wide.axes)
    return wide


def dots_of(axis) -> int:  # type: ignore[no-untyped-def]
    """How many single measurements are drawn on it."""
    return sum(len(row.get_offsets()) for row in axis.collections if isinstance(row, PathCollection))


def attacks() -> pd.DataFrame:
    count = 8
    columns = {"network": "n", "image": np.arange(count) // 2 + 1, "true": "cat", "predicted": "cat"}
    columns |= {"target": ["dog", "cow"] * 4, "reached": [True] * 7 + [False], "steps": range(1, count + 1)}
    columns |= {name: np.arange(1.0, count + 1) for name in ("l2", "rms", "linf")}
    columns |= {"beyond": 0.0, "ssim": 0.99, "probability_before": 0.01, "probability_after": 0.5}
    for kind in ("rounded", "jpeg95", "jpeg75", "jpeg50"):
        columns |= {f"{kind}_target": kind == "rounded", f"{kind}_fooled": True}
    return pd.DataFrame(columns)


def test_adversarial_examples() -> None:
    rows = attacks()
    figure = drawn(adversarial.adversarial_sizes, rows)
    assert len(figure.axes[0].get_lines()[0].get_xdata()) == 7, "every pair that succeeded"
    assert [dots_of(axis) for axis in figure.axes[1:]] == [4 * 4] * 2, "every image, for each way to store it"
    values = adversarial.adversarial_values(rows)
    assert (values["success"], values["failed"], values["failed_targets"]) == (7 / 8, 1, ["cow"])
    assert (values["easiest"]["steps"], values["hardest"]["steps"], values["median"]["steps"]) == (1, 7, 4)
    assert values["survival"]["rounded"]["target"]["share"] == 1
    assert values["survival"]["jpeg95"]["target"]["share"] == 0
    assert values["success_lower"] < values["success"]
    assert values["confusion"] is None, "the probability before is the same for all"
    likely = rows.assign(probability_before=np.where(rows["target"] == "dog", 0.1, 0.01))
    assert adversarial.adversarial_values(likely)["confusion"]["mean"] == pytest.approx(1), (
        "of each image the likelier needs less"
    )
    assert values["spread"] == 7 and not values["small_for_most"]


def test_two_classes_are_alike_if_their_scores_go_together() -> None:
    scores = RNG.normal(size=(30, 4)) @ RNG.normal(size=(4, 4)) + RNG.normal(size=4)
    scores = np.column_stack([scores, np.full(30, 2.0)])
    first, second = [0, 1, 2, 3], [1, 3, 2, 4]
    found = adversarial_pairs.correlations(scores, first, second)
    expected = [pearsonr(scores[:, i], scores[:, j]).statistic for i, j in ((0, 1), (1, 3))]
    assert found == pytest.approx([*expected, 1, 0]), "with itself 1, with a constant 0"


def test_alike_classes_need_less_change_if_the_orders_agree_in_most_images() -> None:
    rows = pd.DataFrame(
        {"image": image, "target": target, "rms": RNG.random(), "reached": target < 5, "probability_before": 0.1}
        for image in range(1, 9)
        for target in range(6)
    )
    pairs = rows[["image", "target"]].assign(correlation=RNG.random(len(rows)), scenes=7)
    pairs["centred"] = -rows["rms"].where(rows["reached"], 2.0)
    values = adversarial_pairs.adversarial_pairs_values(pairs, rows)
    each = [
        spearmanr(pairs.loc[part.index, "correlation"], -part["rms"].where(part["reached"], 2.0)).statistic
        for _, part in rows.groupby("image")
    ]
    assert values["alike"]["mean"] == pytest.approx(np.mean(each)) and values["scenes"] == 7
    assert values["centred"] == {"mean": 1, "interval": (1, 1), "positive": 8, "images": 8}, "made up to agree"
    values = adversarial_pairs.adversarial_pairs_values(pairs.assign(correlation=0.5), rows)
    assert values["alike"] is None and not values["alike_says_little"], "all are equally alike"


def test_adversarial_sheets_show_the_easiest_pair_first_and_each_change_on_its_scale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    rows = attacks().assign(**{"true": [f"texture {i}" for i in range(8)]})
    change = RNG.normal(0, 0.02, (8, 3, 64, 64)).astype(np.float32)
    made = adversarial.adversarial_pictures({"change": change}, rows)
    levels = 255 * change[2, 1] * 0.224
    kept = {factor: made[f"texture-2-dog-change-{factor}"].pixels[..., 1].astype(float) for factor in (1, 10)}
    assert np.abs(kept[1] - 128 - levels).max() <= 0.5
    assert np.abs(kept[10] - np.clip(128 + 10 * levels, 0, 255)).max() <= 0.5
    pairs = adversarial.adversarial_sheet(rows, pictured(*rows["true"]), made)
    assert labels(pairs)[0] == "**cat** → *dog* 50%, 1 step, change 1.00"
    assert [len(tile.frames) for tile in pairs.tiles if tile] == [2] * 7
    sheet = adversarial.adversarial_change(rows, pictured(*rows["true"]), made)
    assert [len(tile.frames) for tile in sheet.tiles if tile] == [len(sheet.frames)] * (7 + 1)
    assert labels(sheet)[-1].endswith("change −128 to +127 grey levels, × 10 −12.8 to +12.7 grey levels")


def test_change_against_saliency_and_its_null() -> None:
    pair, other = np.meshgrid(range(12), range(6), indexing="ij")
    image = pair // 2
    rows = pd.DataFrame({"network": "n", "image": image.ravel() + 1, "map_of": other.ravel() + 1})
    rows["own"] = rows["image"] == rows["map_of"]
    rows["correlation"] = np.where(rows["own"], 0.9, 0.1) + RNG.normal(0, 0.01, len(rows))
    drawn(adversarial_saliency.adversarial_saliency_null, rows)
    values = adversarial_saliency.adversarial_saliency_values(rows)
    assert values["mean"] == pytest.approx(0.9, abs=0.02)
    # One dealing in 6! = 720 is the true one; a few of 10,000 come up by chance.
    assert values["p"] == pytest.approx(1 / 720, abs=0.001)
    assert values["null_mean"] == pytest.approx(0.1 + 0.8 / 6, abs=0.02)
    assert values["above_others"] == 6 and values["beyond_null"]


def test_maps_of_a_grid_are_averaged() -> None:
    maps = np.arange(64.0).reshape(1, 8, 8)
    np.testing.assert_allclose(
        adversarial_saliency.coarse(maps)[0, 0], [maps[0, :4, :4].mean(), maps[0, :4, 4:].mean()]
    )


def test_strength_and_transfer() -> None:
    rows, moved = [], []
    for rule in adversarial_strength.NAMES:
        for aim in adversarial_strength.AIMS:
            for budget in (0.0,) if rule in ("lab", "deepfool") else (1.0, 4.0):
                about = {"network": "n", "rule": rule, "aim": aim, "budget": budget, "image": range(1, 5)}
                rows.append(pd.DataFrame(about | {"rms": [0.5, 1, 2, 3], "reached": [True, True, True, False]}))
            about = {"network": "n", "second": "m", "rule": rule, "aim": aim, "image": range(1, 5)}
            about |= {"first_changed": True, "first_target": True}
            moved.append(pd.DataFrame(about | {"second_changed": [True, False, False, False], "second_target": False}))
    results, transfer = pd.concat(rows), pd.concat(moved)
    drawn(adversarial_strength.adversarial_strength_curves, results)
    figure = drawn(adversarial_strength.adversarial_transfer_intervals, transfer)
    attacks = 2 * (len(adversarial_strength.NAMES) - 1)
    assert [len(axis.get_yticks()) for axis in figure.axes] == [attacks + 1] * 2, "random signs have no aim"
    values = adversarial_strength.adversarial_strength_values(results, transfer)
    assert values["own_length"]["lab"]["targeted"] == {"reached": 0.75, "median_rms": 1.0, "images": 4} | {
        "reached_lower": pytest.approx(0.194, abs=0.001)
    }
    assert values["budgets"]["pgd"]["untargeted"]["b4"] == 0.75
    assert values["transfer"]["fgsm"]["targeted"]["second_changed"] == 0.25
    assert (values["least_on_itself"], values["most_transferred"]) == (1, 0.25)
    assert len(values["not_over_signs"]) == attacks, "none changes more than random signs do"


def pictured(*names: str, shape: tuple[int, ...] = (8, 8, 3)) -> dict[str, Picture]:
    """Images by the names that results are kept under."""
    return {slug(name): Picture(RNG.integers(0, 255, shape, dtype=np.uint8), name) for name in names}


def labels(sheet: Sheet) -> list[str]:
    return [tile.label for tile in sheet.tiles if tile]


def test_saliency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    names = ["hay", "quail", "Tibetan mastiff", "Border terrier", "brown bear", "lakeside"]
    columns = {"network": "n", "image": [1, 2, 3, 4, 5, 12], "true": names, "predicted": "hay"}
    columns |= {"correct": [True, False] * 3, "probability": 0.5, "concentration": 0.4, "box": [0.5] * 5 + [0.0]}
    columns |= {
        "inside": [0.6] * 5 + [np.nan],
        "lift": [0.8, 1.2, 1.3, 1.4, 2, np.nan],
        "peak_inside": [1.0] * 5 + [np.nan],
    }
    rows = pd.DataFrame(columns)
    sheet = saliency.saliency_sheet(rows, pictured(*names, shape=(224, 224, 3)), pictured(*names))
    assert labels(sheet)[:2] == ["**hay**, lift 0.8", "**quail**, lift 1.2, taken for *hay*"]
    assert labels(sheet)[-1] == "**lakeside**, no box, taken for *hay*"
    assert [len(tile.frames) for tile in sheet.tiles if tile] == [2] * 6
    assert [len(tile.marks) for tile in sheet.tiles if tile] == [5, 1, 1, 1, 2, 0]
    assert sheet.tiles[1] and sheet.tiles[1].marks == [Box(21, 34, 157, 105)]
    values = saliency.saliency_values(rows)
    assert (values["boxed"], values["above_one"], values["peaks_expected"]) == (5, 4, 2.5)
    assert values["least"]["lift"] == 0.8
    assert (values["below_one"], values["two_below_one"]) == (["hay"], False)
    assert not values["three_preferred"], "the lift of hay is below 1"
    assert values["with_box"] is None, "all boxes are equally large"
    assert values["by_class"]["tibetan_mastiff"]["lift"] == 1.3


def test_what_an_earlier_report_saw_in_single_images_is_tested_on_their_lifts() -> None:
    names = ["hay", "Tibetan mastiff", "Border terrier", "Christmas stocking", "sports car", "toilet tissue"]
    rows = pd.DataFrame({"network": "n", "image": range(1, 7), "true": names, "predicted": names})
    rows.loc[5, "predicted"] = "pillow"
    rows = rows.assign(correct=rows["true"] == rows["predicted"], concentration=0.4, peak_inside=1.0)
    rows["lift"], rows["box"] = [6.0, 1.1, 2.0, 0.8, 0.9, 2.6], [0.1, 0.8, 0.3, 0.5, 0.7, 0.2]
    rows["inside"], rows["probability"] = rows["lift"] * rows["box"], [0.1, 0.9, 0.3, 0.5, 0.7, 0.2]
    values = saliency.saliency_values(rows)
    assert values["three_preferred"] and values["two_below_one"] and values["tissue_misnamed"]
    assert values["with_box"]["correlation"] == pytest.approx(-0.77, abs=0.01)
    assert not values["lift_tells_errors"], "not with six images"
    turned = saliency.saliency_values(rows.assign(lift=7 - rows["lift"], predicted=rows["true"]))
    assert not (turned["three_preferred"] and turned["two_below_one"]) and not turned["tissue_misnamed"]
    told = saliency.saliency_values(rows.assign(probability=rows["lift"] / 10))
    assert told["lift_tells_errors"], "the lift goes with the probability"


def test_maps_are_kept_pixel_by_pixel() -> None:
    grid = np.indices((16, 16)).sum(0) % 2 * np.linspace(0.5, 1, 16)
    images = saliency.saliency_pictures({"gradient": grid[None]}, pd.DataFrame({"true": ["hay"]}))
    shown = images["hay"].pixels
    assert shown.shape == (16, 16, 3) and (shown[grid == 0].max(0) < 10).all()
    brightness = shown.astype(float).sum(-1)[grid > 0]
    assert (np.diff(brightness[np.argsort(grid[grid > 0])]) >= 0).all()


def test_saliency_methods() -> None:
    parts = [
        pd.DataFrame(
            {"network": "n", "method": method, "image": range(1, 6), "deletion": i + 1.0, "insertion": i + 1.0}
            | {"total_variation": 1.0, "high_frequency": 0.1, "concentration": 0.3, "agreement": 0.5}
            | {"lift": [1.0, 2.0, np.nan, 1.0, 1.0]}
        )
        for i, method in enumerate(saliency_methods.METHODS)
    ]
    rows = pd.concat(parts, ignore_index=True)
    spectrum = pd.DataFrame({"map": "gradient", "frequency": np.arange(1, 17) / 32, "power": 1 / 16, "peak": 2.0})
    spectrum["period"] = 1 / spectrum["frequency"]
    scores = drawn(saliency_methods.saliency_methods_scores, rows)
    methods = len(saliency_methods.METHODS)
    assert [dots_of(axis) for axis in scores.axes] == [5 * methods, 5 * methods, 4 * methods, 5 * methods]
    drawn(saliency_methods.saliency_spectrum_lines, spectrum)
    values = saliency_methods.saliency_methods_values(rows, spectrum)
    assert (values["best_deletion"], values["best_insertion"]) == ("gradient", "Grad-CAM")
    assert values["methods"]["random"]["deletion_gain"] == (7.0, 7.0)
    assert values["methods"]["random"]["differs"]["deletion"] and not values["methods"]["random"]["differs"]["lift"]
    assert values["leads_that_hold"] == ["insertion"], "the gradient itself is best at deletion, and no lift differs"
    assert values["peaks"]["gradient"]["period4"] == 2


def test_the_sheet_of_methods_has_a_column_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    about = pd.DataFrame({"true": [f"class {i}" for i in range(25)]})
    names = ("gradient", "smoothgrad", "integrated-gradients", "grad-cam", "average-pooling")
    found = {name: RNG.random((25, 8, 8)) for name in names}
    pictures = saliency_methods.saliency_methods_pictures(found, found, about)
    gradients = saliency.saliency_pictures(found, about)
    photographs = pictured(*about["true"], shape=(224, 224, 3))
    sheet = saliency_methods.saliency_methods_sheet(pd.DataFrame(), about, photographs, gradients, pictures)
    shown = [label.replace("\u00ad", "") for label in sheet.column_labels]
    assert shown[:3] == ["photograph", "gradient", "SmoothGrad"]
    assert list(sheet.row_labels[:2]) == ["class 1", "class 3"]
    assert all(tile and tile.marks == sheet.tiles[0].marks for tile in sheet.tiles[:7])
    assert sheet.tiles[6] and sheet.tiles[6].alt == "" and "Grad-CAM, 2nd network" in sheet.tiles[6].frames[0].shows


def test_saliency_curves() -> None:
    """The mean of straight lines is a straight line."""
    grid = [(m, i, s) for m in saliency_curves.METHODS for i in (1, 2) for s in (0.0, 0.5, 1.0)]
    rows = pd.DataFrame(grid, columns=["method", "image", "share"]).assign(network="n")
    rows["deletion"], rows["insertion"] = 1 - rows["share"], rows["share"]
    figure = drawn(saliency_curves.saliency_curves_lines, rows)
    (line, *_) = figure.axes[0].get_lines()
    assert line.get_xdata().tolist() == [0, 0.5, 1] and line.get_ydata().tolist() == [1, 0.5, 0]
    assert len(figure.axes[1].get_lines()) == len(saliency_curves.METHODS)


def test_areas_of_the_committed_results_are_those_under_their_curves() -> None:
    folder = Path(__file__).parents[2] / "figures" / "visualization"
    curves, areas = (pd.read_csv(folder / f"saliency-{name}.csv") for name in ("curves", "methods"))
    for column in ("deletion", "insertion"):
        wanted = curves.pivot(index=["method", "image"], columns="share", values=column)
        assert wanted.shape == (len(areas), 17) and not wanted.isna().any(axis=None)
        found = areas.set_index(["method", "image"])[column]
        np.testing.assert_allclose(found.sort_index(), wanted.mean(axis=1).sort_index(), rtol=1e-12)


def test_saliency_checks() -> None:
    grid = [(m, s, i) for m in saliency_checks.NAMES for s in range(3) for i in range(1, 5)]
    rows = pd.DataFrame(grid, columns=["method", "stage", "image"])
    rows["correlation"] = 1 - rows["stage"] / 2
    rows["layer"] = rows["stage"].map({0: "none", 1: "classifier.1", 2: "features.0"})
    noisy = pd.DataFrame(grid, columns=["method", "noise", "image"])
    noisy["noise"] = noisy["noise"].map(dict(enumerate(saliency_checks.NOISES)))
    noisy = noisy.assign(correlation=0.5, same_class=True, draw=0)
    figure = drawn(saliency_checks.saliency_checks_lines, rows.assign(network="n"), noisy)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["none", "classifier", "0"]
    values = saliency_checks.saliency_checks_values(rows.assign(network="n"), noisy)
    assert values["by_method"]["grad_cam"]["none"] == 1
    assert values["by_method"]["grad_cam"]["all"] == 0
    assert values["same_class"]["noise1"] == 1
    assert values["still_alike"] == []
    assert values["fragile"] == dict.fromkeys(("gradient", "smoothgrad", "integrated_gradients", "grad_cam"), True)
    kept = noisy.assign(same_class=noisy["image"] < 3, correlation=noisy["image"] / 10)
    below = drawn(saliency_checks.saliency_checks_lines, rows.assign(network="n"), kept).axes[1].get_xticklabels()
    assert below[0].get_text() == "1\n2 images", "only copies that keep their answer are drawn"
    values = saliency_checks.saliency_checks_values(rows.assign(network="n"), kept)
    assert values["by_method"]["gradient"]["kept"]["noise4"]["images"] == 2
    assert values["by_method"]["gradient"]["kept"]["noise4"]["mean"] == pytest.approx(0.15)
    assert not any(values["fragile"].values()), "the answers change as well"


def test_saliency_segmentation() -> None:
    overlaps = dict(zip(saliency_segmentation.NAMES, (0.6, 0.5, 0.7, 0.4, 0.3), strict=True))
    rows = pd.DataFrame(
        [{"network": "n", "method": m, "image": i, "overlap": v} for m, v in overlaps.items() for i in range(1, 5)]
    )
    rows["class"] = rows["image"].map({1: "hay", 2: "quail", 3: "collie", 4: "brown bear"})
    rows.loc[(rows["method"] == "gradient") & (rows["image"] == 3), "overlap"] = 0.9
    square = [{"image": 3, "line": line, "x": x, "y": y} for line in (0, 1) for x, y in ((0, 0), (5, 0), (5, 5))]
    photographs = pictured(*rows["class"].unique(), shape=(224, 224, 3))
    sheet = saliency_segmentation.saliency_segmentation_sheet(rows, pd.DataFrame(square), photographs)
    assert labels(sheet)[:2] == ["**collie** 0.90", "**hay** 0.60"]
    best = sheet.tiles[0]
    assert best and best.marks[-1] == Outline([[0, 0], [5, 0], [5, 5]]) and len(best.marks) == 1 + 2
    figure = drawn(saliency_segmentation.saliency_segmentation_overlap, rows)
    assert dots_of(figure.axes[0]) == len(rows)
    values = saliency_segmentation.saliency_segmentation_values(rows)
    assert values["best"] == "Grad-CAM"
    assert values["by_method"]["centre"]["found"] == 0
    assert values["by_method"]["smoothgrad"]["gain"] == pytest.approx([0.1, 0.1])
    assert values["best_image"] == {"true": "collie", "overlap": 0.9}
    assert values["beat_guesses"] == ["gradient", "SmoothGrad", "Grad-CAM"] and not values["guesses_no_worse"]
    assert values["by_method"]["smoothgrad"]["differs_from"] == {"centre": True, "whole": True, "gradient": True}


def test_outlines_enclose_the_mask_and_its_holes() -> None:
    mask = np.zeros((1, 20, 20), bool)
    mask[0, :8, 4:12], mask[0, 3:5, 6:8] = True, False
    rows = saliency_segmentation.mask_outlines({"gradient": mask})
    edge, hole = (line[["x", "y"]].agg(["min", "max"]).T.to_numpy() for _, line in rows.groupby("line"))
    np.testing.assert_allclose(edge, [[4, 12], [0, 8]], atol=0.5)
    np.testing.assert_allclose(hole, [[6, 8], [3, 5]], atol=0.5)


def test_class_images() -> None:
    names = ["gorilla", "snail"]
    parts = [("n", "class image", names), ("n", "noise", names), ("m", "class image", names[:1])]
    rows = pd.concat([pd.DataFrame({"made": made, "kind": kind, "class": each}) for made, kind, each in parts])
    rows = with_measures(rows.assign(seed=0))
    rows["network"] = rows["made"]
    images = {slug(name, made): Picture(pictures(), name) for made, name in zip("nnm", [*names, names[0]], strict=True)}
    sheet = class_image.class_image_sheet(rows, images)
    assert [tile and tile.frames[0].shows for tile in sheet.tiles] == ["gorilla", "gorilla", "snail"]
    assert sheet.columns == 1 and list(sheet.row_labels) == ["n", "m", "n"]
    own, other = rows.iloc[0][["probability", "judge_probability"]]
    assert sheet.tiles[0] and sheet.tiles[0].label == f"gorilla: {own:.0%}, {other:.1%}"
    values = class_image.class_image_values(rows)
    assert (values["first"]["images"], values["second"]["images"], values["classes"]) == (2, 1, 2)
    assert values["first"]["judge_first"] == 2


def test_the_grid() -> None:
    cells = [(rate, n) for rate in (0.1, 1.0) for n in (0, 10, 20)]
    rows = with_measures(pd.DataFrame(cells, columns=["rate", "iteration"])).assign(**{"class": "gorilla"})
    made = {"rate": np.array([0.1, 1.0]), "iteration": np.array([10, 20]), "probability": RNG.random((20, 2))}
    made |= {"image": RNG.normal(0, 1, (2, 2, 3, 8, 8)), "start": RNG.normal(0, 1, (3, 8, 8))}
    images = class_image_grid.class_image_grid_pictures(made, rows)
    sheet = class_image_grid.class_image_grid_sheet(rows, images)
    assert labels(sheet) == ["η = 0.1", "η = 1"] and list(sheet.frames) == ["0", "10", "20"]
    shown = [tile.frames for tile in sheet.tiles if tile]
    assert shown[0][0] is shown[1][0] and {picture.shows for picture in shown[1][1:]} == {
        f"class image of gorilla after {n} iterations at η = 1, made with n" for n in (10, 20)
    }
    judge = class_image_grid.class_image_grid_judge(rows)
    draw(judge)
    assert [text.get_text() for text in judge.axes[0].texts] == [
        f"{p:.1%}" for p in rows.query("iteration > 0")["judge_probability"]
    ]
    draw(class_image_grid.class_image_grid_measures(rows, class_image_grid.class_image_grid_probability(made)))
    values = class_image_grid.class_image_grid_values(rows)
    assert set(values["cells"]) == {"rate0_1", "rate1"}
    assert (values["trajectory_steps"], values["separate_steps"]) == (20, 30)
    assert values["best_for_judge"]["judge_probability"] == rows.query("iteration > 0")["judge_probability"].max()


def test_the_probability_on_the_way_is_a_mean_over_ever_wider_windows() -> None:
    steps = np.arange(1, 1001)
    made = {"rate": np.array([0.1, 1.0]), "probability": np.stack([steps, np.zeros(1000)], axis=1)}
    curve = class_image_grid.class_image_grid_probability(made, per_decade=10)
    first = curve[curve["rate"] == 0.1]
    assert first["iteration"].tolist()[:5] == [1, 2, 3, 4, 5] and first["steps"].sum() == 1000
    assert first["probability"].tolist() == first["iteration"].tolist(), "the mean of a straight line is its middle"
    assert first["steps"].iloc[-1] == pytest.approx(1000 - 1000 / 10**0.1, abs=1)
    assert not curve.loc[curve["rate"] == 1.0, "probability"].any()


def test_regularisation() -> None:
    cells = [(l2, "both") for l2 in class_image_regularisation.WEIGHTS]
    cells += [(class_image_regularisation.PLAIN, variant) for variant in class_image_regularisation.VARIANTS[1:]]
    rows = with_measures(pd.DataFrame(cells, columns=["l2", "variant"])).assign(length=1.0, **{"class": "gorilla"})
    paler = np.geomspace(1, 0.1, len(rows))[:, None, None, None] * RNG.normal(0, 0.5, (3, 8, 8))
    images = class_image_regularisation.class_image_regularisation_pictures({"image": paler}, rows)
    sheet = class_image_regularisation.class_image_regularisation_sheet(rows, images)
    assert list(sheet.frames) == ["10", "1", "0.1", "0.01", "0.001", "0.0001", "0.00001"]
    assert sheet.tiles[0]
    contrast = [picture.pixels.std() for picture in sheet.tiles[0].frames]
    assert contrast == sorted(contrast) and contrast[-1] > 2 * contrast[0], "what is paler stays paler"
    variants = class_image_regularisation.class_image_regularisation_variants(rows, images)
    own, other = rows.iloc[-1][["probability", "judge_probability"]]
    assert labels(variants)[-1] == f"{own:.0%} | {other:.1%}"
    assert min(np.ptp(tile.frames[0].pixels) for tile in variants.tiles if tile) == 255
    drawn(class_image_regularisation.class_image_regularisation_measures, rows)
    values = class_image_regularisation.class_image_regularisation_values(rows)
    assert values["weights"]["0.001"] == values["lab"] == values["variants"]["both"]


def test_photographs() -> None:
    cells = [(n, i) for n in (0, 500, 1000) for i in range(1, 3)]
    rows = with_measures(pd.DataFrame(cells, columns=["iteration", "image"]))
    rows = rows.assign(ssim=0.5, rms=3.0, saliency_correlation=0.2, **{"class": ["gorilla", "daisy"] * 3})
    made = {"image": RNG.normal(0, 0.3, (3, 2, 3, 8, 8)), "iteration": np.array([0, 500, 1000])}
    made["image"][2, 0] = made["image"][0, 0]
    made["image"][2, 0, 1, 4, 5] += 1
    originals, maps = pictured("gorilla", "daisy"), pictured("gorilla", "daisy")
    images = class_image_start.class_image_start_pictures(made, rows)
    sheet = class_image_start.class_image_start_sheet(rows, originals, images)
    assert list(sheet.frames) == ["photograph", "500 iterations", "1,000 iterations"]
    assert sheet.tiles[1] and sheet.tiles[1].frames == [originals["daisy"], images["daisy-500"], images["daisy-1000"]]
    change = class_image_start.class_image_start_change(rows, maps, images)
    assert labels(change) == ["", "", "ρ = 0.20", "ρ = 0.20"]
    assert change.tiles[2] and np.argwhere(change.tiles[2].frames[0].pixels.sum(2) > 100).tolist() == [[4, 5]]
    second = class_image_start.class_image_start_second_pictures({**made, "saliency": RNG.random((2, 8, 8))}, rows)
    assert class_image_start.class_image_start_second_sheet(rows, originals, second).frames == sheet.frames
    shown = class_image_start.class_image_start_second_change(rows, second)
    assert [tile.frames[0] for tile in shown.tiles[:2] if tile] == [
        second["gorilla-saliency"],
        second["daisy-saliency"],
    ]
    values = class_image_start.class_image_start_values(rows)
    assert class_image_start.class_image_start_second_values(rows) == values
    assert values["iterations"] == [0, 500, 1000]
    assert values["judge_first_end"] == 2


def test_starts_of_class_images_each_have_a_dot() -> None:
    cells = [(name, rate, seed) for name in ("gorilla", "tarantula") for rate in (1.0, 5.0, 10.0) for seed in range(3)]
    rows = pd.DataFrame(cells, columns=["target", "rate", "seed"]).assign(iteration=1000)
    rows["judge_probability"] = [0.1, 0.1, 0.1, *[0.3] * 3, 0.2, 0.4, 0.6, 0.1, 0.1, 0.1, 0.9, 0.5, 0.7, *[0.4] * 3]
    rows = rows.assign(colourfulness=3 * rows["rate"] + rows["seed"], total_variation=rows["rate"])
    figure = drawn(class_image_seeds.class_image_seeds_dots, rows)
    assert [axis.get_title() for axis in figure.axes] == ["gorilla", "tarantula"]
    assert sum(len(swarm.get_offsets()) for axis in figure.axes for swarm in axis.collections) == len(rows)
    values = class_image_seeds.class_image_seeds_values(rows)
    assert values["classes"]["gorilla"]["best_rate"] == 10.0
    assert values["classes"]["gorilla"]["lowest"] == 0.2 and values["classes"]["gorilla"]["highest"] == 0.6
    assert values["classes"]["tarantula"]["mean"] == pytest.approx(0.7)
    assert values["best_two"] == [5, 10] and values["best_differs"] and values["ahead"] == pytest.approx(3)
    within = np.var([0.2, 0.4, 0.6]) / 3
    whole = np.var([0.1, 0.1, 0.1, 0.3, 0.3, 0.3, 0.2, 0.4, 0.6])
    assert values["classes"]["gorilla"]["seed_share"] == pytest.approx(within / whole)
    assert values["colour_rises"] and values["noise_rises"] and values["one_behind_ten"]
    rows.loc[(rows["rate"] == 10) & (rows["seed"] == 2) & (rows["target"] == "gorilla"), "judge_probability"] = 0.1
    assert not class_image_seeds.class_image_seeds_values(rows)["one_behind_ten"], "equal is not behind"


def test_what_is_left_of_a_photograph_is_compared_with_the_others() -> None:
    names, rows = ["hay", "lakeside", "pirate"], []
    for iteration, correlation in ((25, 0.0), (500, 0.3)):
        about = {"network": "n", "target": "gorilla", "class": names, "iteration": iteration}
        about |= {"probability": [0.1, 0.9, 0.9], "saliency_correlation": correlation, "saliency_chance": 0.1}
        rows.append(pd.DataFrame(about | {"colour_correlation": [0.9, 0.8, 0.7], "colour_chance": 0.0}))
    results = pd.concat(rows, ignore_index=True)
    images = pictured(*(slug(name, n) for name in names[:2] for n in (25, 500)))
    figure = drawn(class_image_other.class_image_other_slopes, (results, images))
    assert [len(axis.lines) for axis in figure.axes] == [len(names) + 1] * 3, "one for each photograph, and the mean"
    sheet = class_image_other.class_image_other_sheet((results, images), pictured(*map(slug, names)))
    assert len(sheet.tiles) == 2 and list(sheet.frames) == ["photograph", "25 iterations", "500 iterations"]
    values = class_image_other.class_image_other_values((results, images))
    assert values["early"] == {
        "own": 0.0,
        "chance": pytest.approx(0.1),
        "above": 0,
        "p": 0.25,
        "by_class": dict.fromkeys(names, 0.0),
    }
    assert values["colour"]["own"] == pytest.approx(0.8) and values["colour"]["above"] == 3 and values["reached"] == 2
