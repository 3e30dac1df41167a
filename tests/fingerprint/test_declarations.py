"""What the step decorators say, read from the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fingerprint.tree import write
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
    text = """
        from __future__ import annotations
        import tpdl
        from tpdl import experiment, figure as draw, summary
        from experiments.shared import NETWORKS, gram
        import experiments.shared as shared

        FIRST = {"n": 3, "rates": (0.1, 1e-3)}

        @experiment(matrix={"network": [*NETWORKS, "tiny"]}, demo=FIRST | {"n": -2 ** 3}, inputs={"gram": gram, "x": shared.other},
                    data=["15-scene", "weights/{network}"], local=not True)
        def layer_cut(network: str, gram, x, C: float = shared.START, *, seed: int = 0) -> pd.DataFrame:
            return None

        @draw(layer_cut, shared.gram, caption="One " "line", alt=shared.ALT)
        def curve(results, gram, size=(3, 4)) -> matplotlib.figure.Figure: ...

        @tpdl.summary(layer_cut)
        def values(results) -> dict[str, float]: ...

        @experiment()
        def nothing(): ...

        def helper(): ...
    """
    shared = """
        from tpdl import experiment
        from experiments.base import ALT, TINY
        NETWORKS: list[str] = ["vgg16"] + [TINY]
        START = 1.0
        @experiment()
        def gram() -> "tpdl.Arrays": ...
        @experiment()
        def other() -> dict: ...
    """
    base = "ALT = 'what is to be seen'\nTINY = 'tiny_vgg'\n"
    found = declared(tmp_path, text, experiments__shared=shared, experiments__base=base)
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


def test_it_imports_nothing(tmp_path: Path) -> None:
    assert len(declared(tmp_path, HEAD + "raise SystemExit\n@experiment()\ndef f() -> dict: ...\n")) == 1


MISTAKES = {
    "a call": ("@experiment(matrix={'n': list(range(3))})\ndef f(n): ...\n", 2, "list(range(3))"),
    "an unknown name": ("@experiment(matrix={'n': NAMES})\ndef f(n): ...\n", 2, "NAMES"),
    "a constant that is computed": ("N = len('a')\n@experiment(matrix={'n': N})\ndef f(n): ...\n", 3, "'N'"),
    "a constant that changes": ("N = [1]\nN.append(2)\n@experiment(matrix={'n': N})\ndef f(n): ...\n", 4, "'N'"),
    "a constant that is itself": ("N = N\n@experiment(matrix={'n': N})\ndef f(n): ...\n", 3, "'N'"),
    "constants in a circle": ("N = [M]\nM = [N]\n@experiment(matrix={'n': N})\ndef f(n): ...\n", 4, "'N'"),
    "another library's constant": ("import math\n@experiment(matrix={'n': [math.pi]})\ndef f(n): ...\n", 3, "math.pi"),
    "a class as a step": ("class C: ...\n@figure(C)\ndef f(n): ...\n", 3, "'C'"),
    "a default that is no literal": ("@experiment()\ndef f(n=open('x')): ...\n", 3, "default of 'n'"),
    "no parentheses": ("@experiment\ndef f(n): ...\n", 2, "parentheses"),
    "two step decorators": ("@experiment()\n@summary()\ndef f(n): ...\n", 3, "two step decorators"),
    "the same name twice": ("@experiment()\ndef f(n): ...\n@experiment()\ndef f(m): ...\n", 5, "declared twice"),
    "async": ("@experiment()\nasync def f(n): ...\n", 3, "async"),
    "*args": ("@experiment()\ndef f(*n): ...\n", 3, "parameters"),
    "a method": ("class C:\n    @experiment()\n    def f(n): ...\n", 4, "top of its module"),
    "a nested function": ("def g():\n    @experiment()\n    def f(n): ...\n", 4, "top of its module"),
    "a type error": ("@experiment(matrix={'n': 1 + 'a'})\ndef f(n): ...\n", 3, "cannot be evaluated"),
    "a division by zero": ("@experiment(matrix={'n': 1 / 0})\ndef f(n): ...\n", 3, "cannot be evaluated"),
    "a syntax error": ("def f(:\n", 2, "syntax"),
    "keywords that are no mapping": ("@experiment(**3)\ndef f(n): ...\n", 3, "cannot be evaluated"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_one_line_with_file_and_line(mistake: str, tmp_path: Path) -> None:
    text, line, part = MISTAKES[mistake]
    with pytest.raises(UserError) as error:
        declared(tmp_path, HEAD + text)
    message = str(error.value)
    assert message.startswith(f"experiments/part/one.py:{line}: ") and part in message and "\n" not in message, message


@pytest.mark.parametrize(
    ("content", "part"), [(b"x = 1\n\xff\n", "utf-8"), (b"x = 1\x00\n", "null"), (b"def f():\nreturn 1\n", "indented")]
)
def test_broken_files(content: bytes, part: str, tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "one.py").write_bytes(content)
    with pytest.raises(UserError, match=r"^experiments/one.py:\d: ") as error:
        Sources(tmp_path).declarations()
    assert re.search(part, str(error.value))


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
