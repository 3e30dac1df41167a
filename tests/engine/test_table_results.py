"""A table comes back as it went in: to the steps that are passed it, to the collected table, and to the chapters."""

from __future__ import annotations

import json

import pytest

TYPES = """
import datetime

import pandas as pd

from tpdl import experiment, summary


def made() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["007", "42"],
            "day": pd.to_datetime(["2026-05-04", "2026-05-05"]),
            "date": [datetime.date(2026, 5, 4), datetime.date(2026, 5, 5)],
            "size": pd.Categorical(["low", "high"], categories=["low", "mid", "high"], ordered=True),
            "count": pd.array([1, 2], dtype="Int64"),
            "sure": pd.array([True, False], dtype="boolean"),
            "short": pd.Series([1, 2], dtype="int8"),
            "boxes": [[1, 2], []],
            "plain": [0.1, 0.2],
        }
    )


@experiment(matrix={"half": [0, 1]})
def types(half: int) -> pd.DataFrame:
    return made()


@experiment(inputs={"table": types}, matrix={"half": [0, 1]})
def follower(table: pd.DataFrame, half: int) -> dict:
    pd.testing.assert_frame_equal(table, made())
    return {"rows": len(table)}


@summary(types)
def types_values(results: pd.DataFrame) -> dict:
    both = pd.concat([made(), made()], ignore_index=True)
    pd.testing.assert_frame_equal(results, both.assign(half=[0, 0, 1, 1])[["half", *both.columns]])
    return {"types": {name: str(kind) for name, kind in results.dtypes.items()}}
"""


def test_a_table_comes_back_as_it_went_in(lab):
    lab.write("experiments/types.py", TYPES)
    lab.tpdl("run", "types", "follower")
    assert set(lab.states("types", "follower").values()) == {"fresh"}
    values = json.loads((lab.root / "figures/types.values.json").read_text())["types"]
    assert values["size"] == "category" and values["count"] == "Int64" and values["short"] == "int8"
    record = json.loads((lab.root / "figures/types/half=0.csv.record.json").read_text())
    assert record["columns"]["code"] == "text" and "plain" not in record["columns"]
    first = (lab.root / "figures/types/half=0.csv").read_text().splitlines()
    assert first[0] == "code,day,date,size,count,sure,short,boxes,plain"
    assert first[1] == '007,2026-05-04,2026-05-04,low,1,True,1,"[1, 2]",0.1'
    said = lab.tpdl("run", "types", "--force")
    assert said.count("same result as before") == 4, "two cells, their table and its values"


def test_another_type_is_another_result_for_those_that_are_passed_it(lab):
    """The file is the same, byte for byte: only the record tells 7 from "7"."""
    lab.write(
        "experiments/digits.py",
        """
        import pandas as pd

        from tpdl import experiment, summary

        @experiment()
        def digits() -> pd.DataFrame:
            return pd.DataFrame({"x": [7, 42]})

        @summary(digits)
        def digits_values(results: pd.DataFrame) -> dict:
            return {"first": results["x"].tolist()[0]}
        """,
    )
    lab.tpdl("run", "digits")
    product, values = lab.root / "figures/digits.csv", lab.root / "figures/digits.values.json"
    before = product.read_bytes()
    assert json.loads(values.read_text()) == {"first": 7}
    lab.edit("experiments/digits.py", "[7, 42]", '["7", "42"]')
    lab.tpdl("run", "digits")
    assert product.read_bytes() == before
    assert json.loads(values.read_text()) == {"first": "7"}
    assert set(lab.states("digits").values()) == {"fresh"}
    lab.edit("experiments/digits.py", '["7", "42"]', "[7, 42]")
    lab.tpdl("run", "digits")
    assert json.loads(values.read_text()) == {"first": 7}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("pd.DataFrame({'a': [1]}, index=['x'])", "use reset_index()"),
        ("pd.DataFrame({'a': [1, 2]}, index=[1, 0])", "use reset_index(drop=True)"),
        ("pd.DataFrame({'a': [1, 2]}).rename_axis('row')", "use reset_index()"),
        ("pd.DataFrame({'a': [1, 2], 'b': [1, 1]}).groupby(['a', 'b']).sum().assign(c=1)", "use reset_index()"),
        ("pd.DataFrame({'a': [1, 2]}).iloc[1:]", "use reset_index(drop=True)"),
        ("pd.DataFrame([[1, 2]], columns=['a', 'a'])", "two columns named 'a'; rename one"),
        ("pd.DataFrame({3: [1]})", "column name 3, which is no text"),
        ("pd.DataFrame({'a': [{1}]})", "column 'a' holds set in row 0, which no CSV file brings back"),
    ],
)
def test_what_a_file_would_drop_is_refused(lab, result, expected):
    lab.write(
        "experiments/refused.py",
        f"""
        import pandas as pd

        from tpdl import experiment

        @experiment()
        def refused() -> pd.DataFrame:
            return {result}
        """,
    )
    said = lab.tpdl("run", "refused", code=1)
    assert expected in said and "experiments/refused.py:6: refused returned" in said
    assert not (lab.root / "figures").exists()


def test_none_in_a_matrix_is_a_value(lab):
    lab.write(
        "experiments/seeds.py",
        """
        import pandas as pd

        from tpdl import experiment, summary

        @experiment(matrix={"seed": [None, 0, 1], "way": ["zca", None]})
        def seeds(seed, way) -> pd.DataFrame:
            assert seed is None or type(seed) is int
            return pd.DataFrame({"way": [way], "unseeded": [seed is None]})

        @summary(seeds)
        def seeds_values(results: pd.DataFrame) -> dict:
            return {"seeds": results["seed"].tolist(), "ways": results["way"].tolist()}
        """,
    )
    lab.tpdl("run", "seeds")
    assert set(lab.states("seeds").values()) == {"fresh"}
    assert "seeds/seed=null,way=null" in lab.states("seeds")
    values = json.loads((lab.root / "figures/seeds.values.json").read_text())
    assert values == {"seeds": [None, None, 0, 0, 1, 1], "ways": ["zca", None] * 3}
    lines = (lab.root / "figures/seeds.csv").read_text().splitlines()
    assert lines[1:3] == ["null,zca,True", "null,null,True"] and lines[3] == "0,zca,False"


def test_a_missing_value_is_still_refused_beside_none(lab):
    lab.write(
        "experiments/seeds.py",
        """
        import pandas as pd

        from tpdl import experiment

        @experiment(matrix={"seed": [None, 0]})
        def seeds(seed) -> pd.DataFrame:
            return pd.DataFrame({"seed": [seed], "found": ["x" if seed == 0 else None]})
        """,
    )
    assert "NaN or infinity in column 'found', row 0" in lab.tpdl("run", "seeds", code=1)


def test_a_chapter_shows_codes_as_they_are(lab):
    lab.write("experiments/types.py", TYPES)
    lab.tpdl("run", "types")
    lab.write("_quarto.yml", "project:\n  type: book\nbook:\n  title: Codes\n  chapters: [index.qmd]\nformat: html\n")
    lab.write("index.qmd", "# Codes\n\n[The first is 007.]{claim=\"types.rows[0]['code'] == '007'\"}\n")
    assert "types.rows[0]['code'] == '007'" in lab.tpdl("claims")


def test_a_damaged_word_about_the_columns_is_one_line(lab):
    lab.write("experiments/types.py", TYPES)
    lab.tpdl("run", "types", "follower")
    path = lab.root / "figures/types/half=0.csv.record.json"
    record = json.loads(path.read_text())
    for columns in ({"code": 3}, {"size": {"categories": 1}}, {"gone": "text"}, {"short": "no type"}):
        path.write_text(json.dumps(record | {"columns": columns}))
        said = lab.tpdl("run", "follower/half=0", code=1)
        assert "half=0.csv cannot be read" in said and "run its step again" in said, columns
    path.write_text(json.dumps(record | {"columns": [1]}))
    assert "incomplete" in lab.states("types/half=0")["types/half=0"]
