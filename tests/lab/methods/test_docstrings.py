"""The examples in the laboratory's docstrings give what they say."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
from types import ModuleType

import pytest

from experiments.lab import methods, nets


def _with_examples() -> list[str]:
    found = []
    for package in (methods, nets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            spec = importlib.util.find_spec(module.name)
            if spec and spec.loader and ">>> " in (spec.loader.get_source(module.name) or ""):  # type: ignore[attr-defined]
                found.append(module.name)
    return found


@pytest.mark.parametrize("name", _with_examples())
def test_examples_of(name: str) -> None:
    module: ModuleType = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.attempted and not result.failed
