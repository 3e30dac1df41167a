"""Imported by each Python process that a step starts, as this folder is first on its PYTHONPATH.

The process then tells what it opens and imports, as the step does; see `tpdl/run/audit.py`, which it loads by its path,
since tpdl need not be installed where it runs. A `sitecustomize` of somebody else is imported afterwards.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))


def _load(name: str, spec: ModuleSpec) -> Any:
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if spec.loader is not None:
        spec.loader.exec_module(module)
    return module


def _watch() -> None:
    path = os.path.join(os.path.dirname(_HERE), "audit.py")
    spec = importlib.util.spec_from_file_location("tpdl.run.audit", path)
    if spec is not None:
        _load("tpdl.run.audit", spec).watch_child()


def _next() -> None:
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _HERE]
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None:
        _load("sitecustomize", spec)


with contextlib.suppress(Exception):
    _watch()
_next()
