"""`tpdl mv`: results follow what was renamed in the source, where nothing but names has changed.

What is a mere rename, and what only looks like one, is tested case by case in tests/fingerprint/renames.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Lab, one_line

CURVE = "experiments/toy/curve.py"


def move(lab: Lab, old: str, new: str) -> None:
    """Rename a file or a folder."""
    (lab.root / new).parent.mkdir(parents=True, exist_ok=True)
    (lab.root / old).rename(lab.root / new)


def replace_words(lab: Lab, name: str, **words: str) -> None:
    """Rename whole words in a file, as an editor does."""
    path = lab.root / name
    text = path.read_text(encoding="utf-8")
    for old, new in words.items():
        assert re.search(rf"\b{old}\b", text), f"{old} is not in {name}"
        text = re.sub(rf"\b{old}\b", new, text)
    path.write_text(text, encoding="utf-8")


def files(lab: Lab) -> dict[str, bytes]:
    """Everything that is kept."""
    figures = lab.root / "figures"
    return {path.relative_to(figures).as_posix(): path.read_bytes() for path in figures.rglob("*") if path.is_file()}


def what_happened(kept: dict[str, bytes]) -> list[dict]:
    """When, where and how everything was made."""
    found = [json.loads(content)["happened"] for name, content in kept.items() if name.endswith(".record.json")]
    return sorted(found, key=json.dumps)


def products(kept: dict[str, bytes]) -> list[bytes]:
    """What was made."""
    return sorted(content for name, content in kept.items() if not name.endswith(".record.json"))


def assert_followed(lab: Lab, before: dict[str, bytes], old: str = "", new: str = "") -> None:
    """Everything is fresh under its new name, and nothing was made again."""
    assert lab.not_fresh() == {}
    assert "nothing to run" in lab.tpdl("run")
    after = files(lab)
    assert products(after) == products(before) and what_happened(after) == what_happened(before)
    assert set(after) == {name.replace(old, new) for name in before}


def test_a_helper_module(fresh: Lab) -> None:
    before = files(fresh)
    move(fresh, "helpers/maths.py", "helpers/arithmetic.py")
    replace_words(fresh, CURVE, maths="arithmetic")
    assert set(fresh.not_fresh()) >= {"toy/curve/network=small", "toy/curve/network=large"}
    assert "followed" in fresh.tpdl("mv", "helpers.maths", "helpers.arithmetic")
    assert_followed(fresh, before)


def test_a_package(fresh: Lab) -> None:
    before = files(fresh)
    move(fresh, "helpers", "lib/deep/tools")
    replace_words(fresh, CURVE, helpers="lib.deep.tools")
    fresh.tpdl("mv", "helpers", "lib.deep.tools")
    assert_followed(fresh, before)


def test_a_helper_function_by_every_way_to_use_it(lab: Lab) -> None:
    """By name, as an attribute, and inside its own module."""
    lab.edit(CURVE, "from helpers.maths import square", "import helpers.maths\nfrom helpers.maths import square")
    lab.edit(CURVE, "scale * square(x)", "scale * square(x) + helpers.maths.square(0) + helpers.maths.fourth(0)")
    lab.edit("helpers/maths.py", "def cube", "def fourth(x):\n    return square(square(x))\n\n\ndef cube")
    lab.tpdl("run")
    before = files(lab)
    replace_words(lab, CURVE, square="power_of_two")
    replace_words(lab, "helpers/maths.py", square="power_of_two")
    lab.tpdl("mv", "helpers.maths:square", "helpers.maths:power_of_two")
    assert_followed(lab, before)


def test_a_function_moved_to_another_module(fresh: Lab) -> None:
    before = files(fresh)
    fresh.edit("helpers/maths.py", "def square(x):\n    return x * x\n\n\n", "")
    fresh.write("helpers/squares.py", "def square(x):\n    return x * x\n")
    fresh.edit(CURVE, "helpers.maths", "helpers.squares")
    fresh.tpdl("mv", "helpers.maths:square", "helpers.squares:square")
    assert_followed(fresh, before)


@pytest.mark.parametrize(
    "pair", [("toy/curve", "toy/bend"), ("experiments.toy.curve:curve", "experiments.toy.curve:bend")]
)
def test_an_experiment(fresh: Lab, pair: tuple[str, str]) -> None:
    """Its results, its figures in both themes and its values go with it; so do the records."""
    before = files(fresh)
    replace_words(fresh, CURVE, curve="bend")
    assert "(was toy/curve.svg)" in fresh.tpdl("mv", *pair)
    assert_followed(fresh, before, "toy/curve", "toy/bend")
    assert fresh.states().keys() == {
        "toy/bend/network=small", "toy/bend/network=large", "toy/bend", "toy/bend.svg", "toy/bend.values"
    }  # fmt: skip


def test_the_folder_of_an_experiment(fresh: Lab) -> None:
    before = files(fresh)
    move(fresh, "experiments/toy", "experiments/play")
    fresh.tpdl("mv", "experiments.toy", "experiments.play")
    assert_followed(fresh, before, "toy/", "play/")
    assert not (fresh.root / "figures/toy/curve").exists() or not list((fresh.root / "figures/toy").rglob("*.*"))


def test_the_functions_that_draw(fresh: Lab) -> None:
    before = files(fresh)
    replace_words(fresh, CURVE, curve_picture="draw", axis_title="title", curve_values="summarise")
    module = "experiments.toy.curve:"
    fresh.tpdl("mv", module + "curve_picture", module + "draw", module + "axis_title", module + "title",
               module + "curve_values", module + "summarise")  # fmt: skip
    assert_followed(fresh, before)


def test_several_at_once(fresh: Lab) -> None:
    before = files(fresh)
    move(fresh, "helpers/maths.py", "tools/numbers_.py")
    move(fresh, CURVE, "experiments/play/bend.py")
    replace_words(fresh, "tools/numbers_.py", square="squared")
    replace_words(fresh, "experiments/play/bend.py", curve="bend", square="squared", curve_picture="bend_picture")
    fresh.edit("experiments/play/bend.py", "helpers.maths", "tools.numbers_")
    fresh.tpdl("mv", "helpers.maths", "tools.numbers_", "helpers.maths:square", "tools.numbers_:squared",
               "experiments.toy.curve", "experiments.play.bend", "toy/curve", "play/bend",
               "experiments.toy.curve:curve_picture", "experiments.play.bend:bend_picture")  # fmt: skip
    assert_followed(fresh, before, "toy/curve", "play/bend")


def test_large_intermediates_follow(lab: Lab) -> None:
    """Results that are not committed lie elsewhere, and their records beside the figures."""
    lab.edit(CURVE, "def axis_title", '''@experiment(local=True)
def blocks(n: int = 3) -> dict:
    return {"n": n}


@experiment(inputs={"blocks": blocks})
def total(blocks: dict) -> dict:
    return {"total": blocks["n"] + 1}


def axis_title''')  # fmt: skip
    lab.tpdl("run")
    before = files(lab)
    replace_words(lab, CURVE, blocks="parts")
    lab.edit(CURVE, 'inputs={"parts": parts}', 'inputs={"blocks": parts}')
    lab.edit(CURVE, "def total(parts: dict)", "def total(blocks: dict)")
    lab.edit(CURVE, 'parts["n"]', 'blocks["n"]')
    lab.tpdl("mv", "toy/blocks", "toy/parts")
    assert_followed(lab, before, "toy/blocks", "toy/parts")
    local = lab.root / ".tpdl" / "full" / "local" / "toy"
    assert [path.name for path in local.iterdir()] == ["parts.json"]


def test_the_other_profile_follows_by_itself(lab: Lab) -> None:
    lab.tpdl("run", "--demo")
    move(lab, "helpers/maths.py", "helpers/arithmetic.py")
    replace_words(lab, CURVE, maths="arithmetic")
    lab.tpdl("mv", "--demo", "helpers.maths", "helpers.arithmetic")
    assert "nothing to run" in lab.tpdl("run", "--demo")


def test_a_dry_run_writes_nothing(fresh: Lab) -> None:
    before = files(fresh)
    replace_words(fresh, CURVE, curve="bend")
    said = fresh.tpdl("mv", "toy/curve", "toy/bend", "--dry-run")
    assert "follows  toy/bend.svg  (was toy/curve.svg)" in said and "5 of 5 steps would follow" in said
    assert files(fresh) == before
    fresh.tpdl("mv", "toy/curve", "toy/bend")
    assert_followed(fresh, before, "toy/curve", "toy/bend")


def test_once_more_is_no_mistake(fresh: Lab) -> None:
    replace_words(fresh, CURVE, curve="bend")
    fresh.tpdl("mv", "toy/curve", "toy/bend")
    before = files(fresh)
    assert "nothing has to follow" in fresh.tpdl("mv", "experiments.toy.curve:curve", "experiments.toy.curve:bend")
    assert files(fresh) == before


def test_what_was_interrupted_is_completed(fresh: Lab) -> None:
    """Products go first: a table that lies under its new name already, with its record under the old one."""
    before = files(fresh)
    replace_words(fresh, CURVE, curve="bend")
    move(fresh, "figures/toy/curve.csv", "figures/toy/bend.csv")
    fresh.tpdl("mv", "toy/curve", "toy/bend")
    assert_followed(fresh, before, "toy/curve", "toy/bend")


# Refused


def test_a_step_that_changed_as_well_is_refused_by_name_and_the_others_follow(fresh: Lab) -> None:
    before = files(fresh)
    replace_words(fresh, CURVE, curve="bend")
    fresh.edit(CURVE, 'return "x"', 'return "n"')
    said = fresh.tpdl("mv", "toy/curve", "toy/bend", code=1)
    assert "refused  toy/bend.svg  (was toy/curve.svg): code experiments.toy.curve:axis_title changed" in said
    assert "4 of 5 steps followed, 1 refused" in said
    assert fresh.not_fresh().keys() == {"toy/bend.svg"}
    after = files(fresh)
    assert after["toy/curve.svg"] == before["toy/curve.svg"], "what is refused stays as it is"
    assert after["toy/curve.svg.record.json"] == before["toy/curve.svg.record.json"]
    fresh.tpdl("run")
    assert fresh.not_fresh() == {}


def test_a_shadowed_name_proves_nothing(fresh: Lab) -> None:
    """The comprehension's own `power` is called where `square` was: the text alone looks like a rename."""
    fresh.edit(
        CURVE, "scale * square(x) for x in range(n)", "scale * power(x) for x, power in zip(range(n), [int] * n)"
    )
    replace_words(fresh, "helpers/maths.py", square="power")
    fresh.edit(CURVE, "import square", "import power")
    said = fresh.tpdl("mv", "helpers.maths:square", "helpers.maths:power", code=1)
    assert "refused  toy/curve/network=small: code experiments.toy.curve:curve" in said


def test_the_reason_of_a_doubt_is_said(fresh: Lab) -> None:
    """A copy of the old function is still used: nobody can tell which of the two made the results."""
    fresh.edit("helpers/maths.py", "def cube", "def power(x):\n    return x * x\n\n\ndef cube")
    fresh.edit(CURVE, "import square", "import power")
    fresh.edit(CURVE, "scale * square(x)", "scale * power(x)")
    said = fresh.tpdl("mv", "helpers.maths:square", "helpers.maths:power", code=1)
    assert (
        "code helpers.maths:square is helpers.maths:power now, but helpers.maths still has helpers.maths.square" in said
    )


def test_an_experiment_that_is_still_there_keeps_its_results(fresh: Lab) -> None:
    before = files(fresh)
    text = (fresh.root / CURVE).read_text(encoding="utf-8")
    copy = text[text.index("@experiment") : text.index("def axis_title")].replace("def curve", "def bend")
    fresh.edit(CURVE, "def axis_title", f"{copy}\n\ndef axis_title")
    said = fresh.tpdl("mv", "toy/curve", "toy/bend", code=1)
    assert "0 of" in said and "toy/curve is a step still" in said
    assert files(fresh) == before


def test_results_under_the_new_name_are_not_overwritten(fresh: Lab) -> None:
    replace_words(fresh, CURVE, curve="bend")
    fresh.tpdl("run", "toy/bend")
    before = files(fresh)
    assert "there are results under the new name already" in fresh.tpdl("mv", "toy/curve", "toy/bend", code=1)
    assert files(fresh) == before


def test_a_file_of_someone_else_is_not_overwritten(fresh: Lab) -> None:
    replace_words(fresh, CURVE, curve="bend")
    fresh.write("figures/toy/bend.svg", "<svg>drawn by hand</svg>")
    said = fresh.tpdl("mv", "toy/curve", "toy/bend", code=1)
    assert "refused  toy/bend.svg" in said and "there is a file under the new name already: bend.svg" in said
    assert (fresh.root / "figures/toy/bend.svg").read_text(encoding="utf-8") == "<svg>drawn by hand</svg>"


# Mistakes

MISTAKES = {
    "an odd number of names": (["helpers.maths"], "pairs of names"),
    "an unknown module": (["helpers.maths", "helpers.nothing"], "there is no module helpers.nothing"),
    "an unknown function": (
        ["helpers.maths:a", "helpers.maths:nothing"],
        "there is no nothing in module helpers.maths",
    ),
    "an unknown experiment": (["toy/curve", "toy/nothing"], "there is no experiment 'toy/nothing'"),
    "no results under the old name": (["toy/nothing", "toy/curve"], "no results of an experiment 'toy/nothing'"),
    "a step and a module": (["toy/curve", "helpers.maths"], "toy/curve is a step, and helpers.maths is a module"),
    "a module and a function": (["helpers.maths", "helpers.maths:square"], "is a module"),
    "two old names": (["helpers.a", "helpers.maths", "helpers.b", "helpers.maths"], "either helpers.a or helpers.b"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_one_line(fresh: Lab, mistake: str) -> None:
    names, part = MISTAKES[mistake]
    before = files(fresh)
    assert part in one_line(fresh.tpdl("mv", *names, code=2))
    assert files(fresh) == before


def test_an_old_name_that_no_result_knows_is_a_mistake(fresh: Lab) -> None:
    """Rather than a list of steps that were refused because of a typing error."""
    before = files(fresh)
    move(fresh, "helpers/maths.py", "helpers/arithmetic.py")
    replace_words(fresh, CURVE, maths="arithmetic")
    said = one_line(fresh.tpdl("mv", "helpers.math", "helpers.arithmetic", code=2))
    assert "no result was made with helpers.math" in said
    assert files(fresh) == before


def test_a_name_that_a_module_has_as_well(fresh: Lab) -> None:
    fresh.write("helpers/__init__.py", "from helpers.maths import square as maths\n")
    said = one_line(fresh.tpdl("mv", "helpers:numbers", "helpers:maths", code=2))
    assert "has the name of the module helpers.maths" in said


def test_nothing_that_was_never_made_is_missed(lab: Lab, tmp_path: Path) -> None:
    assert "nothing has to follow" in lab.tpdl("mv", "helpers.old", "helpers.maths")
    assert not (tmp_path / "figures").exists()
