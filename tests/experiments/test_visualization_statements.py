"""What the chapter on networks states in one word can be false: the committed results, broken in one place each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

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
    saliency,
    saliency_checks,
    saliency_methods,
    saliency_segmentation,
)

RESULTS = Path(__file__).parents[2] / "figures" / "visualization"
Tables = dict[str, pd.DataFrame]


def seeds(tables: Tables) -> dict:
    return class_image_seeds.class_image_seeds_values(tables["class-image-seeds"])


def other(tables: Tables) -> dict:
    return class_image_other.class_image_other_values((tables["class-image-other"], {}))


SUMMARIES: dict[str, tuple[Callable[[Tables], dict], list[str]]] = {
    name: (function, [name, *more])
    for name, function, more in (
        ("saliency", lambda t: saliency.saliency_values(t["saliency"]), []),
        (
            "saliency-checks",
            lambda t: saliency_checks.saliency_checks_values(t["saliency-checks"], t["saliency-stability"]),
            ["saliency-stability"],
        ),
        (
            "saliency-methods",
            lambda t: saliency_methods.saliency_methods_values(t["saliency-methods"], t["saliency-spectrum"]),
            ["saliency-spectrum"],
        ),
        (
            "saliency-segmentation",
            lambda t: saliency_segmentation.saliency_segmentation_values(t["saliency-segmentation"]),
            [],
        ),
        ("adversarial", lambda t: adversarial.adversarial_values(t["adversarial"]), []),
        (
            "adversarial-pairs",
            lambda t: adversarial_pairs.adversarial_pairs_values(t["adversarial-pairs"], read("adversarial")),
            [],
        ),
        (
            "adversarial-saliency",
            lambda t: adversarial_saliency.adversarial_saliency_values(t["adversarial-saliency"]),
            [],
        ),
        (
            "adversarial-strength",
            lambda t: adversarial_strength.adversarial_strength_values(
                t["adversarial-strength"], t["adversarial-transfer"]
            ),
            ["adversarial-transfer"],
        ),
        ("class-image", lambda t: class_image.class_image_values(t["class-image"]), []),
        ("class-image-grid", lambda t: class_image_grid.class_image_grid_values(t["class-image-grid"]), []),
        ("class-image-seeds", seeds, []),
        (
            "class-image-regularisation",
            lambda t: class_image_regularisation.class_image_regularisation_values(t["class-image-regularisation"]),
            [],
        ),
        ("class-image-other", other, []),
    )
}

# In this table the rows where ... get these values: then these statements no longer hold.
BROKEN = [
    (
        "saliency",
        "lift > 0",
        {"lift": 0.7},
        "slight_but_common larger_box_lower_lift two_spread_evenly where_not_how_well",
    ),
    ("saliency", "correct", {"lift": 9.0}, "where_not_how_well answer_not_in_map"),
    ("saliency-checks", "method == 'grad-cam' and stage > 0", {"correlation": 0.5}, "only_grad_cam_follows"),
    ("saliency-stability", "method == 'gradient'", {"correlation": 0.99}, "grad_cam_is_steadier"),
    ("saliency-stability", "method == 'smoothgrad'", {"correlation": 0.1}, "smoothgrad_is_flattered"),
    (
        "saliency-spectrum",
        "frequency > 0",
        {"peak": 1.0},
        "grid_in_every_map grid_without_max_pooling second_grid_is_weaker",
    ),
    (
        "saliency-methods",
        "method in ('grad-cam', 'second-gradient')",
        {"insertion": 0.0, "lift": 9.0},
        "only_grad_cam_leads deletion_is_blind second_gradient_lift_alike",
    ),
    (
        "saliency-segmentation",
        "method in ('gradient', 'smoothgrad')",
        {"overlap": 0.95},
        "not_apart_from_guesses means_no_better from_close_to_useless mastiff_is_no_rule",
    ),
    ("saliency-segmentation", "method == 'grad-cam'", {"overlap": 0.0}, "sources_alike"),
    ("adversarial", "reached", {"rms": 0.5}, "small_but_not_all confusion_says_little"),
    ("adversarial", "image < 20", {"rms": 2.0}, "small_but_not_all tiny_and_lost_as_jpeg"),
    ("adversarial", "image < 20", {"ssim": 0.5}, "small_but_not_all renamed_but_alike"),
    ("adversarial", "image < 4", {"reached": False}, "renamed_but_alike"),
    ("adversarial", "image == 1", {"jpeg75_target": True}, "none_kept_by_jpeg tiny_and_lost_as_jpeg"),
    ("adversarial", "image < 20", {"jpeg95_fooled": True}, "half_fool_as_jpeg"),
    ("adversarial-pairs", "image < 20", {"correlation": 0.5}, "alike_says_little"),
    ("adversarial-saliency", "image == 8 and own", {"correlation": -0.5}, "own_in_every_image follows_saliency"),
    ("adversarial-strength", "rule == 'noise'", {"reached": True}, "direction_counts"),
    ("adversarial-strength", "rule == 'pgd' and image == 1", {"reached": False}, "pgd_reaches_targets"),
    ("adversarial-strength", "rule == 'fgsm' and budget == 8", {"reached": True}, "fgsm_cannot_aim"),
    ("adversarial-transfer", "rule == 'deepfool'", {"second_changed": True}, "fools_mostly_itself"),
    ("class-image", "network == 'efficientnet_lite0'", {"judge_rank": 1}, "agreement_is_one_sided"),
    ("class-image", "network == 'efficientnet_lite0'", {"fine": 0.1}, "second_is_twice_as_fine"),
    ("class-image-grid", "rate == 50", {"probability": 0.1}, "sooner_with_rate settles_early"),
    ("class-image-grid", "iteration > 0", {"colourfulness": 20.0}, "rate_counts_more"),
    ("class-image-grid", "rate > 1", {"colourfulness": 5.0}, "colour_rises"),
    ("class-image-grid", "rate == 10", {"total_variation": 99.0}, "noise_rises"),
    ("class-image-grid", "rate == 1", {"judge_probability": 0.9}, "rate1_is_not_best"),
    ("class-image-seeds", "rate == 1", {"judge_probability": 0.2}, "five_and_ten_lead lead_is_shared"),
    ("class-image-seeds", "rate == 5", {"judge_probability": 0.9}, "lead_is_shared"),
    ("class-image-seeds", "rate == 50 and seed == 2", {"colourfulness": 5.0}, "colour_rises"),
    ("class-image-seeds", "rate == 0.1 and seed == 1", {"total_variation": 5.0}, "noise_rises"),
    ("class-image-seeds", "rate == 10 and seed == 0", {"judge_probability": 0.01}, "one_behind_ten"),
    (
        "class-image-regularisation",
        "l2 > 0.5",
        {"probability": 0.99, "colourfulness": 30.0},
        "class_vanishes paler_then_lost fades_from_the_start",
    ),
    (
        "class-image-regularisation",
        "variant == 'neither'",
        {"judge_probability": 0.5},
        "needs_blur_and_jitter certain_but_unrecognized",
    ),
    (
        "class-image-other",
        "iteration == 25",
        {"saliency_correlation": 0.8},
        "early_not_in_general hay_is_no_rule colours_not_places",
    ),
    ("class-image-other", "iteration == 500", {"saliency_correlation": 0.8}, "avoided_late"),
    (
        "class-image-other",
        "iteration == 500",
        {"colour_correlation": 0.5},
        "colours_kept colours_not_places all_in_own_colours",
    ),
    ("class-image-other", "`class` == 'hay'", {"probability": 0.2}, "all_in_own_colours"),
]


@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_statement_is_false_where_the_results_say_otherwise(summary: str) -> None:
    values, names = SUMMARIES[summary]
    tables = {name: read(name) for name in names}
    whole = json.loads((RESULTS / f"{summary}.values.json").read_text())
    for table, where, changed, statements in BROKEN:
        if table not in tables:
            continue
        rows = tables[table].query(where).index
        assert len(rows), (table, where)
        broken = tables[table].copy()
        for column, value in changed.items():
            broken.loc[rows, column] = value
        found = values(tables | {table: broken})
        held = {name: (whole[name], found[name]) for name in statements.split()}
        assert held == dict.fromkeys(held, (True, False)), (table, where)


def read(name: str) -> pd.DataFrame:
    """The committed results of a step, of all cells where it has several."""
    folder = RESULTS / name
    if (RESULTS / f"{name}.csv").exists():
        return pd.read_csv(RESULTS / f"{name}.csv")
    return pd.concat(map(pd.read_csv, sorted(folder.glob("**/*.csv"))), ignore_index=True)
