"""A figure whose function has a parameter `narrow` is drawn anew for phones."""

from __future__ import annotations

import re

WIDE = "def curve_picture(results: pd.DataFrame) -> Figure:"
BOTH = "def curve_picture(results: pd.DataFrame, *, narrow: bool = False) -> Figure:"
NARROW = ("curve.narrow.svg", "curve.narrow.dark.svg")


def width(path) -> float:
    """In points."""
    return round(float(re.search(r'width="([\d.]+)pt"', path.read_text())[1]))


def with_narrow(lab) -> None:
    lab.edit("experiments/toy/curve.py", WIDE, BOTH)
    lab.edit("experiments/toy/curve.py", "Figure()", "Figure(figsize=(3.7, 3) if narrow else (7.2, 3))")
    lab.tpdl("run")


def test_there_are_four_pictures_of_two_widths(fresh):
    with_narrow(fresh)
    folder = fresh.root / "figures/toy"
    assert {width(folder / name) for name in NARROW} == {266}
    assert {width(folder / name) for name in ("curve.svg", "curve.dark.svg")} == {518}
    assert len({(folder / name).read_bytes() for name in NARROW}) == 2, "light and dark"
    assert fresh.not_fresh() == {}


def test_one_that_is_gone_is_drawn_again(fresh):
    with_narrow(fresh)
    gone = fresh.root / "figures/toy/curve.narrow.dark.svg"
    before = gone.read_bytes()
    gone.unlink()
    assert fresh.not_fresh() == {"toy/curve.svg": "stale: product curve.narrow.dark.svg is gone"}
    fresh.tpdl("figure", "toy/curve.svg")
    assert gone.read_bytes() == before


def test_those_that_nobody_draws_any_more_are_cleaned_away(fresh):
    with_narrow(fresh)
    fresh.edit("experiments/toy/curve.py", BOTH, WIDE)
    fresh.edit("experiments/toy/curve.py", "(3.7, 3) if narrow else (7.2, 3)", "(7.2, 3)")
    fresh.tpdl("run")
    assert fresh.not_fresh() == {}
    fresh.tpdl("clean", "--figures", "--yes")
    assert not any((fresh.root / "figures/toy" / name).exists() for name in NARROW)
    assert (fresh.root / "figures/toy/curve.dark.svg").exists()


def test_a_name_that_looks_like_a_variant_is_only_a_name(fresh):
    for suffix in ("x.dark", "x.narrow"):
        fresh.edit("experiments/toy/curve.py", "@figure(curve, ", f'@figure(curve, suffix="{suffix}", ')
        fresh.tpdl("run")
        folder = fresh.root / "figures/toy"
        light, dark = (folder / f"curve-{suffix}{variant}.svg" for variant in ("", ".dark"))
        assert "#ffffff" in light.read_text() and "#ffffff" not in dark.read_text()
        fresh.edit("experiments/toy/curve.py", f'suffix="{suffix}", ', "")
