"""Import a project's modules from the project's folder, whatever else is installed.

Example:
    make_importable(Path("my-report"), "experiments")
    import experiments.transfer.cuts     # the one in my-report
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path


def make_importable(root: Path, package: str) -> None:
    """Put `root` first on `sys.path`, as running a script in it would, and bind `package` to the one there.

    The binding matters where another project with a folder of that name is installed in the same environment: a package
    with an `__init__.py` would hide one without, wherever it comes on the path.
    """
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if package in sys.modules:
        return
    spec = PathFinder.find_spec(package, [str(root)])
    if spec is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules[package] = module
        if spec.loader is not None and spec.origin is not None:
            spec.loader.exec_module(module)
