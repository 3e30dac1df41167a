"""The chapter on domain adaptation: tables from made-up trainings, and pictures in both themes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from scipy.stats import binomtest, t

from experiments.adaptation.dann import (
    dann,
    dann_accuracy,
    dann_accuracy_values,
    dann_curves,
    dann_domain_curves,
    dann_intervals,
    dann_values,
    over_seeds,
)
from experiments.adaptation.domain_samples import domain_samples, domain_samples_sheet
from experiments.adaptation.feature_map import feature_gap, feature_gap_values, feature_map, feature_map_points
from experiments.adaptation.grl_weight import grl_weight, grl_weight_curves, grl_weight_values
from experiments.adaptation.plateau import (
    doubled_domain_gradient,
    plateau,
    plateau_accuracy,
    plateau_curves,
    plateau_values,
)
from experiments.adaptation.pseudo_labels import (
    pseudo_labels,
    pseudo_labels_paths,
    pseudo_labels_values,
    recoloured_pseudo_labels,
    recoloured_pseudo_labels_values,
)
from experiments.adaptation.runs import run_alike, several
from experiments.adaptation.without_grl import without_grl, without_grl_dots, without_grl_values
from experiments.lab.data import mnist, mnist_m
from tpdl.plan import theme
from tpdl.run import context

EPOCHS, TEST = 3, 200
SHARES = {"source-only": 0.5, "dann": 0.75, "target": 0.95, "recoloured": 0.7, "recoloured-dann": 0.9}


def made_up(method: str, seed: int, share: float = 0.6, shift: float = 3.0) -> dict[str, Any]:
    """What a training returns: `share` of the target's test images right, features of the domains `shift` apart."""
    rng = np.random.default_rng([seed, len(method)])
    adapts = method not in ("source-only", "target", "recoloured")
    epochs = np.arange(1.0, EPOCHS + 1)
    history = {"epoch": epochs, "weight": epochs / EPOCHS, "rate": 0.01 / epochs, "label_loss": 1 / epochs}
    history |= {"source_accuracy": 0.9 + 0.02 * epochs, "target_accuracy": share * epochs / EPOCHS}
    if adapts:
        history |= {"domain_loss": 0.7 - 0.1 / epochs, "domain_accuracy": 0.6 + 0 * epochs}
        history |= {"domain_test_accuracy": 0.6 + 0.1 / epochs, "label_gradient": 0.1 / epochs}
        history |= {"domain_gradient": 0.05 / epochs, "reversed_gradient": 0.02 * epochs}
    features = rng.normal(size=(2, 600, 60)).astype(np.float32)
    features[1, :, 0] += shift
    right = np.arange(TEST) < round(share * TEST)
    return {
        "method": np.array(method),
        "seed": np.array(seed),
        "correct/source": np.arange(TEST) < 0.95 * TEST,
        "correct/target": rng.permutation(right) if seed else right,
        "features/source": features[0],
        "features/target": features[1],
        "seconds": np.array(10.0),
        "images": np.array(20_000),
    } | {f"history/{key}": value for key, value in history.items()}


def trainings(methods: tuple[str, ...], seeds: int = 2) -> dict[str, Any]:
    return {
        f"method={method},seed={seed}": made_up(method, seed, SHARES.get(method, 0.4), 0.0 if "dann" in method else 3.0)
        for method in methods
        for seed in range(seeds)
    }


RUNS = trainings(("source-only", "dann", "target"))
RECOLOURED = trainings(("recoloured", "recoloured-dann"))
CONSTANT = {str(weight): made_up(f"{weight:g}", 0, 0.4 + 0.1 * weight) for weight in (0.0, 1.0, 3.0)}


def test_one_run_alone_is_taken_like_several() -> None:
    assert several(RUNS["method=dann,seed=0"])[0]["method"] == "dann"
    assert len(several(RUNS, {}, CONSTANT)) == 9


def test_dann_has_a_row_for_each_training_and_epoch() -> None:
    rows = dann(RUNS, RECOLOURED)
    assert len(rows) == 10 * EPOCHS
    assert rows.query("method == 'source-only'")["domain_loss"].isna().all()
    assert rows.query("method == 'dann'")["domain_loss"].notna().all()
    values = dann_values(rows)
    assert values["epochs"] == EPOCHS and values["last"]["target_accuracy"] == pytest.approx(0.75)
    assert values["gain"]["each"] == pytest.approx([0.25, 0.25]) and values["rises"] and values["fell_last"] == 0
    assert values["closed"]["mean"] == pytest.approx(0.25 / 0.45)
    assert not values["ordered"], "random colours are made up to be worse than DANN"


def test_the_interval_over_seeds_is_students() -> None:
    values = over_seeds(pd.Series([0.3, 0.1, 0.2], index=[2, 0, 1]))
    assert values["each"] == [0.1, 0.2, 0.3] and (values["lowest"], values["highest"]) == (0.1, 0.3)
    assert values["high"] - values["mean"] == pytest.approx(t.ppf(0.975, 2) * 0.1 / 3**0.5)


def test_accuracies_are_means_over_seeds_with_intervals_and_mcnemars_test() -> None:
    rows = dann_accuracy(RUNS, RECOLOURED).set_index(["method", "domain"])
    one = rows.loc[("source-only", "target")]
    assert one["accuracy"] == pytest.approx(0.5) and one["low"] < 0.5 < one["high"]
    # Seed 0 of both is right on its first images, so DANN has 50 right that the other has not, and never the reverse.
    assert one["p_against_dann"] == pytest.approx(binomtest(0, 50).pvalue)
    assert rows.loc[("dann", "target"), "p_against_dann"] == 1
    assert rows.loc[("target", "target"), "paper"] == 0.9596 and np.isnan(rows.loc[("dann", "source"), "paper"])
    values = dann_accuracy_values(rows.reset_index())
    assert values["closed"] == pytest.approx((0.75 - 0.5) / (0.95 - 0.5))
    assert values["best"]["name"] == "DANN, recoloured" and values["recoloured_dann"]["target"]["seeds"] == 2


def test_both_intervals_of_a_method_stand_beside_its_accuracy() -> None:
    rows, accuracies = dann(RUNS, RECOLOURED), dann_accuracy(RUNS, RECOLOURED)
    dann_of_seed_1 = (rows["method"] == "dann") & (rows["seed"] == 1) & (rows["epoch"] == EPOCHS)
    rows.loc[dann_of_seed_1, "target_accuracy"] = 0.79
    found = dann_intervals(rows, accuracies).set_index("method")
    assert list(found.index) == list(SHARES)
    one = found.loc["dann"]
    half = t.ppf(0.975, 1) * np.std([0.75, 0.79], ddof=1) / 2**0.5
    assert (one["seeds_low"], one["seeds_high"]) == pytest.approx((0.77 - half, 0.77 + half))
    same = accuracies.set_index(["method", "domain"]).loc[("dann", "target")]
    assert (one["images_low"], one["images_high"], one["accuracy"]) == tuple(same[["low", "high", "accuracy"]])


def test_the_chapter_does_without_the_cells_that_are_not_measured() -> None:
    first = {label: run for label, run in RUNS.items() if label.endswith("seed=0")}
    rows = dann_accuracy(first, {})
    assert set(rows["method"]) == {"source-only", "dann", "target"} and set(rows["seeds"]) == {1}
    assert dann_accuracy_values(rows)["methods"] == ["source_only", "dann", "target"]
    weights = grl_weight({}, first)
    assert set(weights["setting"]) == {"schedule"}
    values = grl_weight_values(weights)
    assert values["constants"] == [] and "best" not in values
    draw(lambda **how: grl_weight_curves(weights, **how))
    branches = without_grl(first, {}, {})
    assert without_grl_values(branches)["branches"] == ["reversed"]
    draw(lambda **how: without_grl_dots(branches, **how))


def first_images(digits: Any, count: int) -> Any:
    return replace(digits, train=digits.train[:count], train_labels=digits.train_labels[:count])


def test_runs_in_a_stack_are_what_each_is_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    monkeypatch.setattr(context.checkpoint, "folder", tmp_path)
    for module in (mnist, mnist_m):  # six iterations: after some forty, rounding has grown to what changes an answer
        load = module.load
        monkeypatch.setattr(module, "load", lambda load=load: first_images(load(), 192))
    settings: dict[str, Any] = {"seeds": [0, 1], "weights": [None, 0.5], "epochs": 1, "adapts": True}
    stacked = run_alike(**settings, stacked=True)
    for found, alone in zip(stacked, run_alike(**settings, stacked=False), strict=True):
        assert list(found) == list(alone)
        for name in alone.keys() - {"seconds"}:
            np.testing.assert_allclose(found[name], alone[name], rtol=1e-4, atol=1e-5, err_msg=name)
    # Both have left their states: killed after the last epoch, nothing is trained again.
    context.notes.clear()
    for found, before in zip(run_alike(**settings, stacked=True), stacked, strict=True):
        for name in before:
            np.testing.assert_array_equal(found[name], before[name], err_msg=name)


def test_lambda_0_is_the_detached_branch_and_dann_the_reversed() -> None:
    rows = without_grl(RUNS, CONSTANT, made_up("joined", 0, 0.3, 8.0))
    assert rows.groupby("branch").size().to_dict() == {"detached": 1, "joined": 1, "reversed": 2}
    means = rows.groupby("branch")["separability"].mean()
    assert means["joined"] > 0.95 and means["reversed"] < 0.65
    values = without_grl_values(rows)
    assert values["detached"]["target_accuracy"] == pytest.approx(0.4)
    assert values["branches"] == ["detached", "joined", "reversed"]
    assert values["lost"]["target"]["each"] == pytest.approx([0.1])
    assert not values["only_the_target_suffers"], "the made-up source accuracy is 96 %"


def test_the_weights_are_compared_after_the_last_epoch() -> None:
    values = grl_weight_values(grl_weight(CONSTANT, RUNS))
    assert values["constants"] == ["0", "1", "3"]
    assert values["best"]["weight"] == 3 and values["best"]["target_accuracy"] == pytest.approx(0.7)
    assert values["strongest"]["weight"] == 3 and values["strongest"]["highest_on_either"] == pytest.approx(0.96)
    assert values["settings"]["schedule"]["seeds"] == 2
    one = values["settings"]["1"]
    assert one["share_of_domain"] == pytest.approx(0.06 / (0.06 + 0.1 / 3))


def test_the_gap_tells_domains_apart() -> None:
    values = feature_gap_values(feature_gap(RUNS))
    assert values["source_only"]["separability"] > 0.85 > 0.65 > values["dann"]["separability"]
    assert values["source_only"]["mmd"] > values["dann"]["mmd"]
    drawn = next(row for row in feature_gap(RUNS).to_dict("records") if row["method"] == "dann" and row["seed"] == 0)
    assert values["dann"]["drawn"]["mmd"] == drawn["mmd"]
    assert not values["closer_but_apart"], "made up so that the probe can no longer tell the domains apart"


def rounds() -> pd.DataFrame:
    rows = [
        {"start": start, "seed": seed, "threshold": threshold, "round": number}
        | {"coverage": 1 - threshold / 2, "kept_accuracy": 0.5 + 0.1 * number + 0.01 * seed, "rarest": 0.05}
        | {"target_accuracy": 0.5 + 0.1 * number * threshold, "source_accuracy": 0.98}
        for start in ("early", "dann")
        for seed in (0, 1)
        for threshold in (0.0, 0.9)
        for number in (0, 1, 2)
    ]
    return pd.DataFrame(rows)


def test_values_of_pseudo_labels() -> None:
    values = pseudo_labels_values(rounds())
    assert values["begun"] == ["dann", "early"] and values["rounds"] == 2
    start = values["starts"]["dann"]
    assert start["best"]["threshold"] == 0.9 and start["best"]["target_accuracy"] == pytest.approx(0.68)
    assert start["begins"] == 0.5 and start["thresholds"]["0"]["last"]["kept_accuracy"] == pytest.approx(0.705)
    assert start["thresholds"]["0.9"]["gain"]["each"] == pytest.approx([0.18, 0.18])


def test_pseudo_labels_are_compared_seed_by_seed() -> None:
    rows = pd.concat([rounds(), rounds().query("start == 'dann'").assign(start="source-only")], ignore_index=True)
    never = (rows["start"] == "early") & (rows["seed"] == 1) & (rows["threshold"] > 0)
    rows.loc[never, ["coverage", "target_accuracy"]] = 0.0, 0.5
    values = pseudo_labels_values(rows)
    trained, early = values["trained"], values["early"]
    assert trained["helpful_thresholds"] == [0.9] and trained["greatest_gain"] == pytest.approx(0.18)
    assert trained["runs"] == trained["steady"] == 4 and not trained["helps_but_not_steadily"]
    assert early["never_kept"] == 1 and early["stays_at"] == [0.5] and early["grows_with_threshold"]
    assert early["least_gain"] == pytest.approx(0.18) and early["above_trained"] == 1
    assert not values["little_unless_early"], "the trained networks gain as much"

    rows.loc[(rows["start"] == "early") & (rows["threshold"] > 0), "coverage"] = 0.0
    early = pseudo_labels_values(rows)["early"]
    assert early["moved"] == 0 and not early["grows_with_threshold"], "of no seed nothing is said"


def test_values_of_pseudo_labels_after_recolouring() -> None:
    rows = rounds().query("start == 'dann' and threshold == 0.9")
    values = recoloured_pseudo_labels_values(rows)
    assert values["seeds"] == 2 and values["threshold"] == 0.9
    assert values["last"]["target_accuracy"] == pytest.approx(0.68) and values["first"]["target_accuracy"] == 0.5


PLATEAU = {
    f"setting={name},seed={seed}": made_up(name, seed, share)
    for name, share in (("lab", 0.7), ("paper", 0.8))
    for seed in (0, 1)
}


def ends(rows: pd.DataFrame) -> dict[str, Any]:
    short = dann(RUNS, RECOLOURED)
    return plateau_values(rows, plateau_accuracy(rows, short), short)


def test_where_dann_ends_is_compared_with_our_gap_and_the_papers() -> None:
    rows = plateau(PLATEAU)
    assert len(rows) == 4 * EPOCHS and rows["domain_loss"].notna().all()
    values = ends(rows)
    lab, paper = values["settings"]["lab"], values["settings"]["paper"]
    assert lab["closed"] == pytest.approx((0.7 - 0.5) / (0.95 - 0.5))
    assert paper["closed_from_paper"] == pytest.approx((0.8 - 0.5225) / (0.9596 - 0.5225))
    assert not paper["near_paper"] and not lab["near_paper"]
    assert not values["reproduced_and_exceeded"] and not lab["flat"] and not values["flat"] and values["still_rises"]
    assert values["difference"]["each"] == pytest.approx([0.1, 0.1])
    assert lab["above_short"]["mean"] == pytest.approx(0.7 - 0.75) and not values["below_colours"]


def test_a_curve_that_wavers_about_a_level_is_flat() -> None:
    rows = plateau(PLATEAU)
    level = np.where(rows["seed"] == 0, 0.01, -0.01) * (rows["epoch"] == EPOCHS)
    values = ends(rows.assign(target_accuracy=0.7 + level))
    lab = values["settings"]["lab"]
    assert lab["change"] == pytest.approx(0) and lab["flat"] and values["flat"]
    assert lab["change_high"] == pytest.approx(t.ppf(0.975, 1) * 0.01)


def test_the_papers_accuracy_is_reproduced_if_its_recipe_ends_near_it_and_exceeded_with_every_seed() -> None:
    rows = plateau(PLATEAU)
    rows["target_accuracy"] = np.where(rows["setting"] == "paper", 0.7666, 0.8) + np.where(rows["seed"] == 0, 0.01, 0)
    assert ends(rows)["settings"]["paper"]["near_paper"] and ends(rows)["reproduced_and_exceeded"]
    far = rows.assign(target_accuracy=rows["target_accuracy"] - 0.02 * (rows["setting"] == "paper"))
    assert ends(far.assign(target_accuracy=far["target_accuracy"] - 0.01))["settings"]["paper"]["near_paper"] is False
    rows.loc[(rows["setting"] == "lab") & (rows["seed"] == 0), "target_accuracy"] = 0.77
    assert not ends(rows)["reproduced_and_exceeded"], "one seed of the lab's setting is behind"


def test_the_papers_recipe_is_the_saddle_point_of_the_sum_of_both_domains_means() -> None:
    """Against updates by two backward passes, one for each side of the contest, without a reversal layer."""
    import torch
    from torch.nn.functional import cross_entropy, softplus

    from experiments.lab.methods.domain_adversarial import train
    from experiments.lab.methods.gradient_reversal import annealed, schedule
    from experiments.lab.nets.dann import DomainAdversarialNetwork, as_input

    rng = np.random.default_rng(0)
    source, target = rng.integers(0, 256, (2, 24, 28, 28, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, 24)
    with doubled_domain_gradient():
        found = train(source, labels, target, weight=lambda p: 2 * schedule(p), batch=16, epochs=2).model

    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = DomainAdversarialNetwork()
    descent = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for epoch in range(2):
        drawn = np.random.default_rng([0, epoch])
        order, other = drawn.permutation(24).reshape(3, 8), drawn.permutation(24).reshape(3, 8)
        for step in range(3):
            p = (epoch + step / 3) / 2
            known = model.features(as_input(torch.from_numpy(source[order[step]])))
            new = model.features(as_input(torch.from_numpy(target[other[step]])))
            label_loss = cross_entropy(model.label(known), torch.from_numpy(labels[order[step]]))
            domain_loss = softplus(model.domain(known)).mean() + softplus(-model.domain(new)).mean()
            parts = [list(part.parameters()) for part in (model.features, model.label, model.domain)]
            gradients = [
                *torch.autograd.grad(label_loss - schedule(p) * domain_loss, parts[0], retain_graph=True),
                *torch.autograd.grad(label_loss, parts[1], retain_graph=True),
                *torch.autograd.grad(domain_loss, parts[2]),
            ]
            for weights, gradient in zip(model.parameters(), gradients, strict=True):
                weights.grad = gradient
            descent.param_groups[0]["lr"] = annealed(p)
            descent.step()
    for expected, weights in zip(model.parameters(), found.parameters(), strict=True):
        torch.testing.assert_close(weights, expected, rtol=1e-4, atol=1e-6)


def test_after_the_papers_recipe_updates_are_as_before() -> None:
    import torch

    weight = torch.nn.Parameter(torch.ones(1))
    descent = torch.optim.SGD([weight], lr=1.0)
    with doubled_domain_gradient():
        pass
    weight.grad = torch.ones(1)
    descent.step()
    assert weight.item() == 0


def draw(make) -> list:  # type: ignore[no-untyped-def]
    """Draw under both themes, wide and narrow; the wide figure and the narrow one."""
    figures = []
    for style in (theme.light, theme.dark):
        with matplotlib.rc_context(style()):
            figures = [make(narrow=narrow) for narrow in (False, True)]
            for figure in figures:
                figure.canvas.draw()
    assert figures[1].get_figwidth() == 3.7
    return figures


def dots_of(axis) -> int:  # type: ignore[no-untyped-def]
    return sum(len(row.get_offsets()) for row in axis.collections if isinstance(row, PathCollection))


def test_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    histories = dann(RUNS, RECOLOURED)
    (curves, _) = draw(lambda **how: dann_curves(histories, **how))
    assert [axis.get_title() for axis in curves.axes] == ["MNIST (source)", "MNIST-M (target)"]
    means_and_seeds = (1 + 2) * len(SHARES)
    assert [len(axis.lines) for axis in curves.axes] == [means_and_seeds, means_and_seeds + 3], "and the paper's three"
    draw(lambda **how: dann_domain_curves(histories, **how))
    branches = without_grl(RUNS, CONSTANT, made_up("joined", 0))
    (rows, _) = draw(lambda **how: without_grl_dots(branches, **how))
    assert [dots_of(axis) for axis in rows.axes] == [len(branches)] * 3


def test_the_plateau_shows_every_seed_and_the_papers_numbers() -> None:
    rows = plateau(PLATEAU)
    (curves, _) = draw(lambda **how: plateau_curves(rows, **how))
    seeds_and_means = 2 * (1 + 2)
    assert [len(axis.lines) for axis in curves.axes] == [seeds_and_means + 2, seeds_and_means]


def test_every_seed_of_every_weight_is_within_the_picture() -> None:
    weights = grl_weight(CONSTANT, RUNS)
    (figure, _) = draw(lambda **how: grl_weight_curves(weights, **how))
    last = weights[weights["epoch"] == EPOCHS]
    columns = ("target_accuracy", "source_accuracy", "domain_test_accuracy", "label_gradient")
    for axis, column in zip(figure.axes, columns, strict=True):
        (seeds, *_) = [line for line in axis.lines if line.get_linestyle() == "None"]
        assert sorted(seeds.get_ydata()) == sorted(last[column])
        inside = axis.viewLim.padded(-1e-9)
        assert all(inside.contains(x, y) for x, y in seeds.get_xydata())


def test_runs_below_the_axis_of_the_source_are_marked() -> None:
    weights = grl_weight(CONSTANT, RUNS)
    weights.loc[weights["setting"] == "3", "source_accuracy"] = 0.11
    (figure, _) = draw(lambda **how: grl_weight_curves(weights, **how))
    assert [text.get_text() for text in figure.axes[1].texts] == ["11%, 1 seed"]


def test_every_seed_of_self_training_has_a_line() -> None:
    (figure, _) = draw(lambda **how: pseudo_labels_paths(rounds(), **how))
    starts, seeds = 2, 2
    assert [len(axis.lines) for axis in figure.axes[:2]] == [starts * seeds] * 2


def test_the_other_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    (paths, _) = draw(lambda **how: pseudo_labels_paths(rounds(), **how))
    assert len(paths.axes) == 4
    places = feature_map(RUNS, points=40, perplexity=5.0)
    assert places.groupby(["method", "map", "domain"]).size().unique().tolist() == [40]
    draw(lambda **how: feature_map_points(places, feature_gap(RUNS), **how))


def test_digits_of_the_domains_stand_below_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    images = domain_samples()
    sheet = domain_samples_sheet(images)
    assert len(sheet.tiles) == 3 * sheet.columns and all(tile and tile.pixelated for tile in sheet.tiles)
    shows = [tile.frames[0].shows.split(", ") for tile in sheet.tiles if tile]
    digits = np.reshape([digit for digit, *_ in shows], (3, -1))
    assert (digits == digits[0]).all()
    recoloured = images["recoloured-00"].pixels
    assert len(np.unique(recoloured[images["source-00"].pixels.max(-1) == 0], axis=0)) == 1


@pytest.mark.slow
def test_self_training_in_the_demo_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    rows = pseudo_labels("early", 0, {}, rounds=1, steps=2, pool=100)
    everything = rows.query("threshold == 0")
    assert (everything["coverage"] == 1).all() and len(rows) == 8
    assert rows.query("coverage == 0")["kept_accuracy"].isna().all()


@pytest.mark.slow
def test_self_training_starts_from_the_weights_that_were_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.lab.data import mnist_m
    from experiments.lab.methods.domain_adversarial import outputs, weights_of
    from experiments.lab.nets.dann import DomainAdversarialNetwork

    monkeypatch.setenv("TPDL_PROFILE", "demo")
    model = DomainAdversarialNetwork()
    runs = {"a": {"method": np.array("recoloured")}, "b": {"method": np.array("recoloured-dann")} | weights_of(model)}
    rows = recoloured_pseudo_labels(0, runs, threshold=0.0, rounds=1, steps=1, pool=50)
    target = mnist_m.load()
    expected = outputs(model, target.test)["probabilities"].argmax(1) == target.test_labels
    assert rows["target_accuracy"].iloc[0] == expected.mean() and len(rows) == 2
