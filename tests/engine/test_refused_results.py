"""A result that is refused is kept, and taken up without measuring again once nothing speaks against it."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest

from tests.conftest import one_line

MODULE = """
from pathlib import Path

import numpy as np
import pandas as pd

from tpdl import Arrays, experiment, note

NAN = float("nan")


@experiment()
def one() -> ANNOTATION:
    with open("measured", "a") as file:
        print("measured", file=file)
    note(images_per_second=3)
    return RESULT
"""

TABLE = 'pd.DataFrame({"code": ["007", "8"], "found": [1.0, NAN]})'


def write(lab, result, annotation="pd.DataFrame"):
    lab.write("experiments/one.py", MODULE.replace("ANNOTATION", annotation).replace("RESULT", result))


def measured(lab):
    path = lab.root / "measured"
    return len(path.read_text().splitlines()) if path.exists() else 0


def kept(lab):
    return sorted(path.name for path in (lab.root / ".tpdl/full/refused").rglob("*") if path.is_file())


def record_of(lab, name):
    return json.loads((lab.root / f"figures/{name}.record.json").read_text())


def test_a_table_with_nan_is_taken_up_without_measuring_again(lab):
    write(lab, TABLE)
    said = lab.tpdl("run", "one", code=1)
    assert "NaN or infinity in column 'found', row 1" in said
    assert "what it returned is kept in .tpdl/full/refused/one/" in said
    assert "`tpdl run one --keep-nan`, or may_be_missing, takes it up without measuring again" in said
    assert not (lab.root / "figures").exists()
    assert kept(lab) == ["about.json", "result.csv"]

    said = lab.tpdl("run", "one", "--keep-nan")
    assert "nothing was measured again" in said and measured(lab) == 1
    assert lab.states("one") == {"one": "fresh"}
    assert (lab.root / "figures/one.csv").read_text() == "code,found\n007,1.0\n8,\n"
    record = record_of(lab, "one.csv")
    assert record["columns"] == {"code": "text"}
    happened = record["happened"]
    assert happened["notes"] == {"images_per_second": 3} and happened["made"] <= happened["taken_up"]
    assert happened["nan"] == "kept, as --keep-nan asked"
    assert kept(lab) == []


def test_a_column_that_may_be_missing_takes_it_up_too(lab):
    write(lab, TABLE)
    lab.tpdl("run", "one", code=1)
    lab.edit("experiments/one.py", "@experiment()", '@experiment(may_be_missing=["found"])')
    assert "nothing was measured again" in lab.tpdl("run", "one")
    assert measured(lab) == 1 and lab.states("one") == {"one": "fresh"}
    assert "nan" not in record_of(lab, "one.csv")["happened"]


def test_another_column_that_may_be_missing_does_not(lab):
    write(lab, TABLE)
    lab.tpdl("run", "one", code=1)
    lab.edit("experiments/one.py", "@experiment()", '@experiment(may_be_missing=["code"])')
    said = lab.tpdl("run", "one", code=1)
    assert "column 'found', row 1" in said and "--force measures again" in said and measured(lab) == 1


def test_other_code_measures_again(lab):
    write(lab, TABLE)
    lab.tpdl("run", "one", code=1)
    lab.edit("experiments/one.py", '"found": [1.0, NAN]', '"found": [2.0, NAN]')
    assert "nothing was measured again" not in lab.tpdl("run", "one", "--keep-nan")
    assert measured(lab) == 2 and "007,2.0" in (lab.root / "figures/one.csv").read_text()
    lab.edit("experiments/one.py", '"found": [2.0, NAN]', '"found": [1.0, NAN]')
    assert "nothing was measured again" in lab.tpdl("run", "one", "--keep-nan"), "the first one is still there"
    assert "007,1.0" in (lab.root / "figures/one.csv").read_text()


def test_a_refusal_that_still_holds_does_not_cost_the_hours_a_second_time(lab):
    write(lab, TABLE)
    lab.tpdl("run", "one", code=1)
    said = lab.tpdl("run", "one", code=1)
    assert "NaN or infinity in column 'found', row 1" in said and "--force measures again" in said
    assert measured(lab) == 1
    lab.tpdl("run", "one", "--force", code=1)
    assert measured(lab) == 2
    lab.tpdl("run", "one", "--force", "--keep-nan")
    assert measured(lab) == 3 and lab.states("one") == {"one": "fresh"}


@pytest.mark.parametrize(
    ("annotation", "result", "says", "name"),
    [
        ("Arrays", '{"a": np.array([1.0, np.inf]), "b": np.arange(3)}', "in array 'a'", "one.npz"),
        ("dict", '{"best": {"a": 0.5, "b": NAN}, "n": 3}', "returned nan for 'best.b'", "one.json"),
    ],
)
def test_arrays_and_values_with_nan_are_taken_up_too(lab, annotation, result, says, name):
    write(lab, result, annotation)
    assert says in lab.tpdl("run", "one", code=1)
    assert "nothing was measured again" in lab.tpdl("run", "one", "--keep-nan")
    assert measured(lab) == 1 and lab.states("one") == {"one": "fresh"}
    product = lab.root / "figures" / name
    if annotation == "Arrays":
        with np.load(product) as stored:
            assert stored["a"].tolist() == [1.0, np.inf] and stored["b"].tolist() == [0, 1, 2]
    else:
        value = json.loads(product.read_text())
        assert value["n"] == 3 and value["best"]["a"] == 0.5 and value["best"]["b"] != value["best"]["b"]


def test_a_key_that_may_be_missing_may_hold_nan(lab):
    write(lab, '{"best": {"b": NAN}, "n": 3}', "dict")
    lab.edit("experiments/one.py", "@experiment()", '@experiment(may_be_missing=["best"])')
    lab.tpdl("run", "one")
    assert lab.states("one") == {"one": "fresh"}


def test_a_result_of_another_type_is_taken_up_when_the_annotation_is_right(lab):
    write(lab, 'pd.DataFrame({"code": ["007"]})', "dict")
    said = lab.tpdl("run", "one", code=1)
    assert "must return a mapping of JSON values; it returned DataFrame; what it returned is kept in" in said
    assert "--keep-nan" not in said
    lab.edit("experiments/one.py", "-> dict", "-> pd.DataFrame")
    assert "nothing was measured again" in lab.tpdl("run", "one")
    assert measured(lab) == 1 and (lab.root / "figures/one.csv").read_text() == "code\n007\n"


@pytest.mark.parametrize(
    ("annotation", "result", "same"),
    [
        ("pd.DataFrame", 'pd.DataFrame({"a": [1]}, index=["x"])', lambda value: value.index.tolist() == ["x"]),
        ("dict", '{"a": {1, 2}}', lambda value: value == {"a": {1, 2}}),
        ("dict", '{"a": np.arange(2), "b": object}', lambda value: value["a"].tolist() == [0, 1]),
        ("Arrays", '{"a": [1, {2}]}', lambda value: value == {"a": [1, {2}]}),
        ("pd.DataFrame", 'pd.DataFrame({"a": [{1}]})', lambda value: value.loc[0, "a"] == {1}),
    ],
)
def test_what_no_product_can_hold_is_kept_for_its_owner(lab, annotation, result, same):
    write(lab, result, annotation)
    said = lab.tpdl("run", "one", code=1)
    assert "what it returned is kept in .tpdl/full/refused/one/" in said and "--keep-nan" not in said
    [path] = (lab.root / ".tpdl/full/refused").rglob("result.*")
    assert path.suffix == ".pickle" and same(pickle.loads(path.read_bytes()))
    lab.tpdl("run", "one", code=1)
    assert measured(lab) == 2, "nothing is unpickled"


def test_what_was_measured_while_its_source_changed_is_kept_too(lab):
    lab.write("helpers/noise.py", "def level():\n    return 1\n")
    lab.write(
        "experiments/one.py",
        """
        from pathlib import Path

        from tpdl import experiment
        from helpers.noise import level

        @experiment()
        def one() -> dict:
            Path("helpers/noise.py").write_text("def level():\\n    return 2\\n")
            return {"found": float("nan") * level(), "n": 3}
        """,
    )
    assert "what it returned is kept in .tpdl/full/refused/one/" in lab.tpdl("run", "one", code=1)
    [path] = (lab.root / ".tpdl/full/refused").rglob("result.json")
    assert json.loads(path.read_text())["n"] == 3


def test_what_cannot_be_pickled_is_kept_as_text(lab):
    write(lab, '{"a": lambda: 1, "b": 2}', "dict")
    lab.tpdl("run", "one", code=1)
    [path] = (lab.root / ".tpdl/full/refused").rglob("result.*")
    assert path.suffix == ".txt" and "'b': 2" in path.read_text()


def test_a_result_that_could_not_be_written_is_not_lost(lab):
    write(lab, '{"a": 1}', "dict")
    (lab.root / "figures").write_text("in the way")
    said = lab.tpdl("run", "one", code=1)
    assert "cannot write" in said and "what it returned is kept in .tpdl/full/refused/one/" in said
    (lab.root / "figures").unlink()
    assert "nothing was measured again" in lab.tpdl("run", "one")
    assert measured(lab) == 1 and json.loads((lab.root / "figures/one.json").read_text()) == {"a": 1}


def test_the_table_takes_what_its_cells_were_allowed(lab):
    lab.write(
        "experiments/cells.py",
        """
        import pandas as pd

        from tpdl import experiment

        @experiment(matrix={"seed": [0, 1]})
        def cells(seed: int) -> pd.DataFrame:
            return pd.DataFrame({"found": [1.0, float("nan") if seed else 2.0]})
        """,
    )
    assert "1 failed: cells/seed=1" in lab.tpdl("run", "cells", code=1)
    lab.tpdl("run", "cells/seed=1", "--keep-nan")
    lab.tpdl("run", "cells")
    assert set(lab.states("cells").values()) == {"fresh"}
    table = pd.read_csv(lab.root / "figures/cells.csv")
    assert table["found"].isna().tolist() == [False, False, False, True]


def test_keep_nan_is_asked_for_by_name(lab):
    assert "--keep-nan needs the names of the steps" in one_line(lab.tpdl("run", "--keep-nan", code=2))


def test_refused_results_of_other_code_can_be_cleaned(lab):
    write(lab, TABLE)
    lab.tpdl("run", "one", code=1)
    assert "refused" not in lab.tpdl("clean", "--dry-run"), "it may be taken up yet"
    lab.edit("experiments/one.py", "1.0, NAN", "2.0, NAN")
    assert "refused" in lab.tpdl("clean", "--dry-run")
    lab.tpdl("clean", "--yes")
    assert kept(lab) == []


@pytest.mark.parametrize("content", ["", "null", "[]", '{"file": "../x.csv"}', '{"file": "result.csv", "columns": 3}'])
def test_a_damaged_kept_result_counts_as_none(lab, content):
    write(lab, TABLE)
    lab.tpdl("run", "one", code=1)
    [about] = (lab.root / ".tpdl/full/refused").rglob("about.json")
    about.write_text(content)
    lab.tpdl("run", "one", "--keep-nan")
    assert measured(lab) == 2 and lab.states("one") == {"one": "fresh"}
