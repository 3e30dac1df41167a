"""What the step decorators say, read from the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fingerprint.tree import project, write
from tpdl.errors import UserError
from tpdl.fingerprint import REQUIRED, Declaration, Sources

HEAD = "from tpdl import experiment, figure, summary\n"


def declared(root: Path, text: str, **files: str) -> list[Declaration]:
    """The declarations of experiments/part/one.py with this text."""
    write(
        root,
        {"experiments/part/one.py": text} | {f"{name.replace('__', '/')}.py": body for name, body in files.items()},
    )
    return Sources(root).declarations()


def test_everything_that_is_declared(tmp_path: Path) -> None:
    found = Sources(project("declared", tmp_path)).declarations()
    by_name = {declaration.qualname: declaration for declaration in found}
    assert list(by_name) == ["layer_cut", "curve", "values", "nothing", "gram", "other"]
    cut = by_name["layer_cut"]
    assert cut == Declaration(
        kind="experiment",
        module="experiments.part.one",
        qualname="layer_cut",
        path="experiments/part/one.py",
        line=11,
        arguments={
            "matrix": {"network": ["vgg16", "tiny_vgg", "tiny"]},
            "demo": {"n": -8, "rates": (0.1, 0.001)},
            "inputs": {"gram": "experiments.shared:gram", "x": "experiments.shared:other"},
            "data": ["15-scene", "weights/{network}"],
            "local": False,
        },
        parameters={"network": REQUIRED, "gram": REQUIRED, "x": REQUIRED, "C": 1.0, "seed": 0},
        annotation="DataFrame",
    )
    curve = by_name["curve"]
    assert (curve.kind, curve.annotation) == ("figure", "Figure")
    assert curve.arguments[""] == ["experiments.part.one:layer_cut", "experiments.shared:gram"]
    assert curve.arguments["caption"] == "One line" and curve.arguments["alt"] == "what is to be seen"
    assert curve.parameters == {"results": REQUIRED, "gram": REQUIRED, "size": (3, 4)}
    assert (by_name["values"].kind, by_name["values"].annotation) == ("summary", "dict")
    assert by_name["nothing"].arguments == {} and by_name["nothing"].annotation == ""
    assert by_name["gram"].annotation == "Arrays"


def test_nothing_is_declared_where_there_is_no_experiments_folder(tmp_path: Path) -> None:
    assert Sources(tmp_path).declarations() == []


def test_decorators_of_others_are_not_steps(tmp_path: Path) -> None:
    assert declared(tmp_path, "from other import experiment\n@experiment(matrix=compute())\ndef f(): ...\n") == []


def test_a_module_of_the_project_with_nearly_the_name_of_tpdl_is_its_own(tmp_path: Path) -> None:
    text = "from tpd import experiment\nfrom lib import *\n@experiment()\ndef f(): ...\n@experimnt\ndef g(): ...\n"
    assert declared(tmp_path, text, tpd="def experiment(): ...\n") == []
    assert declared(tmp_path, text.replace("from lib import *\n", ""), tpd="def experiment(): ...\n")[0].qualname == "g"


def test_it_imports_nothing(tmp_path: Path) -> None:
    assert len(declared(tmp_path, HEAD + "raise SystemExit\n@experiment()\ndef f() -> dict: ...\n")) == 1


MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.py"))


@pytest.mark.parametrize("file", MISTAKES, ids=[file.stem for file in MISTAKES])
def test_mistakes_are_one_line_with_file_and_line(file: Path, tmp_path: Path) -> None:
    """Each file has one mistake, in the line that ends with `# mistake:` and a part of what is said about it."""
    text = file.read_text(encoding="utf-8")
    [(line, part)] = [
        (number, part)
        for number, code in enumerate(text.splitlines(), start=1)
        if (part := code.partition("# mistake: ")[2])
    ]
    [message] = [problem for each in declared(tmp_path, text) if (problem := each.problem)]
    assert message.startswith(f"experiments/part/one.py:{line}: ") and part in message and "\n" not in message, message


def test_no_mistake_is_lost() -> None:
    assert len(MISTAKES) >= 20


@pytest.mark.parametrize(
    ("content", "part"), [(b"x = 1\n\xff\n", "utf-8"), (b"x = 1\x00\n", "null"), (b"def f():\nreturn 1\n", "indented")]
)
def test_broken_files(content: bytes, part: str, tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "one.py").write_bytes(content)
    [found] = Sources(tmp_path).declarations()
    assert re.match(r"experiments/one.py:\d: ", found.problem) and re.search(part, found.problem)


def test_a_broken_helper_does_not_stop_the_others(tmp_path: Path) -> None:
    """The step that needs it is stale and will fail; the declarations of the others can still be read."""
    found = declared(tmp_path, HEAD + "@experiment()\ndef f() -> dict:\n    import lib\n", lib="def broken(:\n")
    assert [declaration.qualname for declaration in found] == ["f"]
    before = Sources(tmp_path).closure("experiments.part.one:f")
    assert set(before) == {"experiments.part.one:f", "lib:*"}
    write(tmp_path, {"lib.py": "def broken(::\n"})
    assert Sources(tmp_path).closure("experiments.part.one:f")["lib:*"] != before["lib:*"]


@pytest.mark.parametrize(
    ("function", "uses"),
    [
        ("lib:g", ()),
        ("nothing:f", ()),
        ("lib", ()),
        ("lib:f", ("numpy",)),
        ("lib:f", ("lib:g",)),
        ("lib:f", ("lib.sub",)),
    ],
)
def test_unknown_functions_and_uses(function: str, uses: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, {"lib.py": "def f(): ...\n"})
    with pytest.raises(UserError, match=r"lib|nothing"):
        Sources(tmp_path).closure(function, uses)


# Expressions

PURE_EXPRESSIONS = [
    "range(5)",
    "list(range(2, 12, 3))",
    "[10.0 ** e for e in range(-4, 0)]",
    "[2 * n + 1 for n in SIZES if n % 2 == 0]",
    "[(a, b) for a in SIZES for b in range(a) if a != b]",
    "{str(n): n for n in SIZES}",
    "[x if 1 < x <= 3 else -x for x in SIZES]",
    "sorted({abs(n) for n in (-1, 1, 2)}, reverse=True)",
    "[name for name, size in zip(NAMES, SIZES)]",
    "[i * size for i, size in enumerate(SIZES, 1)]",
    "SIZES[-1] + len(NAMES)",
    "[round(x, 3) for x in np.logspace(-4, -1, 4)]",
    "list(np.linspace(0, 1, 5))",
    "list(np.geomspace(1, 1000, num=4))",
    "list(np.arange(0, 1, 0.25))",
    "[math.sqrt(n) for n in SIZES]",
    "dict(zip(NAMES, SIZES))['a']",
    "list(reversed(SIZES))",
]


@pytest.mark.parametrize("expression", PURE_EXPRESSIONS)
def test_pure_expressions_are_what_python_makes_of_them(expression: str, tmp_path: Path) -> None:
    import math

    import numpy as np

    head = f"import math\nimport numpy as np\n{HEAD}SIZES = [1, 2, 3, 4]\nNAMES = ('a', 'b')\n"
    (found,) = declared(tmp_path, head + f"@experiment(demo={{'n': {expression}}})\ndef f(n=0) -> dict: ...\n")
    names = {"SIZES": [1, 2, 3, 4], "NAMES": ("a", "b"), "np": np, "math": math}
    expected = eval(expression, names)  # Python itself is the reference
    value = found.arguments["demo"]["n"]
    assert value == (list(expected) if isinstance(expected, range) else expected)
    assert not [each for each in (value if isinstance(value, list) else []) if isinstance(each, np.generic)]


def test_constants_may_be_pure_expressions(tmp_path: Path) -> None:
    text = "import numpy\nfrom lib import BASE\nRATES = [BASE ** e for e in range(3)] + list(numpy.arange(2))\n"
    text += HEAD + "@experiment(matrix={'rate': RATES})\ndef f(rate) -> dict: ...\n"
    (found,) = declared(tmp_path, text, lib="BASE = 10\n")
    assert found.arguments == {"matrix": {"rate": [1, 10, 100, 0, 1]}}


@pytest.mark.parametrize(
    ("expression", "head"),
    [
        ("range(3)", "from lib import range\n"),
        ("range(3)", "def range(n): return [n]\n"),
        ("np.arange(3)", "import lib as np\n"),
        ("np.random.rand(3)", "import numpy as np\n"),
        ("np.linspace", "import numpy as np\n"),
        ("len", ""),
        ("open('x').read()", ""),
        ("[open(x) for x in 'a']", ""),
        ("[x.upper() for x in 'a']", ""),
    ],
)
def test_what_is_not_known_to_be_pure_is_refused(expression: str, head: str, tmp_path: Path) -> None:
    text = f"{head}{HEAD}@experiment(matrix={{'n': {expression}}})\ndef f(n) -> dict: ...\n"
    (found,) = declared(tmp_path, text, lib="def arange(n): return []\ndef range(n): return []\n")
    assert re.search(r"neither a\s+literal|must be", found.problem), found


@pytest.mark.parametrize(
    "expression",
    [
        "range(10**9)",
        "np.linspace(0, 1, 10**9)",
        "np.arange(0, 1, 1e-9)",
        "[0 for a in range(3000) for b in range(3000)]",
    ],
)
def test_an_expression_that_asks_for_too_much_is_one_line(expression: str, tmp_path: Path) -> None:
    text = f"import numpy as np\n{HEAD}@experiment(matrix={{'n': {expression}}})\ndef f(n) -> dict: ...\n"
    (found,) = declared(tmp_path, text)
    assert "asks for too much" in found.problem and "one.py:4" in found.problem
