"""The examples in the docstrings of `tpdl` are run, and every public name has one."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import tpdl

PACKAGE = Path(tpdl.__file__).parent
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string that stands alone: docstrings, and what follows an assignment to explain it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, inspect.cleandoc(node.value.value)


def with_examples() -> list[tuple[str, Path]]:
    """Module and file of those that show something."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if PACKAGE / "starter" not in path.parents]
    shown = [path for path in paths if any(">>> " in text for _, text in docstrings(path.read_text(encoding="utf-8")))]
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in shown]
    return [(name.removesuffix(".__init__"), path) for name, path in zip(names, shown, strict=True)]


@pytest.mark.parametrize(("module", "path"), with_examples(), ids=[module for module, _ in with_examples()])
def test_examples(module: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TPDL_PROFILE", raising=False)
    names = vars(importlib.import_module(module))
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    said: list[str] = []
    for line, text in docstrings(path.read_text(encoding="utf-8")):
        runner.run(doctest.DocTestParser().get_doctest(text, dict(names), module, str(path), line - 1), out=said.append)
    assert runner.tries > 0 and runner.failures == 0, "".join(said)
    assert "+SKIP" not in path.read_text(encoding="utf-8"), "what is shown is run; write a literal block otherwise"


@pytest.mark.parametrize("name", tpdl.__all__)
def test_every_public_name_shows_an_example(name: str) -> None:
    value = getattr(tpdl, name)
    aliases = {"Arrays": "tpdl.run.context", "Images": "tpdl.images"}
    if name in aliases:  # what is written below it belongs to it
        source = inspect.getsource(importlib.import_module(aliases[name]))
        text = source.partition(f"\n{name} = ")[2].partition('"""')[2].partition('"""')[0]
    else:
        text = inspect.getdoc(value) or ""
    assert ">>> " in text and name in text.partition(">>> ")[2], f"{name} has no example"
