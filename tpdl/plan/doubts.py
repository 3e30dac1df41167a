"""Settings that are well formed and yet do nothing: a name in them that there is not.

Example:
    doubts(plan)     # ["pyproject.toml: unmeasured in [tool.tpdl] names 'gna/*', which is no experiment; …"]
"""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from importlib.util import find_spec

from tpdl.errors import UserError
from tpdl.nearest import did_you_mean
from tpdl.plan.plan import Plan


def doubts(plan: Plan) -> list[str]:
    """One line for each name in the settings that there is not. It stops nothing, so it is no mistake."""
    found = [*_unmeasured(plan), *_preload(plan), *_modules(plan)]
    return [f"pyproject.toml: {setting} in [tool.tpdl] names {name!r}, {why}" for setting, name, why in found]


def _unmeasured(plan: Plan) -> list[tuple[str, str, str]]:
    """Patterns that no experiment fits. Where a declaration cannot be read, it may be the one that is meant."""
    if plan.profile == "demo" or plan.broken:
        return []
    cells = [step for step in plan.steps.values() if step.kind == "experiment"]
    names = {name for step in cells for name in (step.name, step.base)}
    return [
        ("unmeasured", pattern, f"which is no experiment{did_you_mean(pattern.strip('*'), names)}")
        for pattern in plan.project.settings.get("unmeasured", [])
        if not any(fnmatchcase(cell.name, pattern) or cell.name.startswith(f"{pattern}/") for cell in cells)
        and pattern not in names
    ]


def _preload(plan: Plan) -> list[tuple[str, str, str]]:
    """Libraries that are not installed; but one that the project depends on, the steps ask for themselves."""
    setting = plan.project.settings.get("preload")
    names = [name for name in setting if isinstance(name, str)] if isinstance(setting, list) else []
    found = []
    for name in names:
        top = name.partition(".")[0]
        if not _is_installed(top) and not _is_declared(top, plan):
            from pkgutil import iter_modules

            installed = {*sys.stdlib_module_names, *(module.name for module in iter_modules())}
            found.append(("preload", name, f"which is not installed here{did_you_mean(top, installed, cutoff=0.8)}"))
    return found


def _modules(plan: Plan) -> list[tuple[str, str, str]]:
    """Modules and functions of the project that it does not have."""
    settings = plan.project.settings
    found = []
    for setting, name in [
        ("device", settings.get("device")),
        ("device_memory", settings.get("device_memory")),
        *(("demo_only", n) for n in settings.get("demo_only", [])),
    ]:
        if not name:
            continue
        if setting.startswith("device") and ":" not in name:
            found.append((setting, name, "which must be `module:function`"))
            continue
        try:
            plan.sources.check_known(name)
        except UserError as error:
            top = name.partition(":")[0].partition(".")[0]
            if (
                (plan.project.root / top).exists()
                or (plan.project.root / f"{top}.py").exists()
                or not _is_installed(top)
            ):
                found.append((setting, name, f"but {error}"))
    return found


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _is_declared(name: str, plan: Plan) -> bool:
    # Imported only where something is missing: `tpdl status` must not wait for it.
    from tpdl.plan.libraries import how_to_install

    return how_to_install(name, plan.project.root).startswith("pip ")
