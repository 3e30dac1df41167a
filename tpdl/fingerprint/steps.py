"""The step decorators of a module, as they stand in the source.

Example:
    from tpdl import experiment as measured, summary

    @measured(matrix={"n": [1, 2]})      # an experiment, whatever name the decorator was imported under
    def draws(n: int) -> dict: ...
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

from tpdl.fingerprint.canonical import Function, changed, dotted
from tpdl.fingerprint.literals import encode
from tpdl.fingerprint.scopes import extended
from tpdl.nearest import did_you_mean, near

KINDS = ("experiment", "figure", "summary")
_DECORATORS = {f"{source}:{kind}": kind for source in ("tpdl", "tpdl.plan.declare") for kind in KINDS}


def step_kind(decorator: ast.expr, imports: dict[str, list[str]]) -> str | None:
    """ "experiment", "figure" or "summary" if `decorator` is tpdl's, under whatever name it was imported.

    Args:
        decorator: the expression after the @.
        imports: name -> references to what was imported under it.
    """
    names = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    if names is None:
        return None
    references = [extended(target, names[1:]) for target in imports.get(names[0], ())]
    return next((_DECORATORS[reference] for reference in references if reference in _DECORATORS), None)


def without_step_decorators(function: Function, imports: dict[str, list[str]]) -> Function:
    """The function as its author would write it outside of tpdl: what a decorator says is compared by itself."""
    kept = [decorator for decorator in function.decorator_list if step_kind(decorator, imports) is None]
    if len(kept) == len(function.decorator_list):
        return function
    return changed(function, decorator_list=kept)


def declared(function: Function, imports: dict[str, list[str]]) -> dict[str, Any] | None:
    """What the step decorator of `function` says, as JSON values; None where there is none.

    The key "error" holds `[line, message]` where the declaration is wrong.
    """
    decorators = [(decorator, kind) for decorator in function.decorator_list if (kind := step_kind(decorator, imports))]
    if not decorators:
        return None
    decorator, kind = decorators[0]
    result: dict[str, Any] = {"kind": kind, "qualname": function.name, "line": function.lineno}
    if len(decorators) > 1:
        second, _ = decorators[1]
        return result | {"error": [second.lineno, f"{function.name} has two step decorators; write two functions"]}
    if not isinstance(decorator, ast.Call):
        return result | {"error": [decorator.lineno, f"@{kind} needs parentheses: @{kind}(...)"]}
    if isinstance(function, ast.AsyncFunctionDef):
        return result | {"error": [function.lineno, f"{function.name} is async; a step is a plain function"]}
    arguments = function.args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        return result | {
            "error": [function.lineno, f"{function.name} must name its parameters: no *, **, or / parameters"]
        }
    parameters = [*arguments.args, *arguments.kwonlyargs]
    without_default = len(arguments.args) - len(arguments.defaults)
    defaults = [*[None] * without_default, *arguments.defaults, *arguments.kw_defaults]
    return result | {
        "positional": [encode(argument) for argument in decorator.args],
        "keywords": [[keyword.arg, encode(keyword.value)] for keyword in decorator.keywords],
        "parameters": [
            [parameter.arg, default and encode(default)]
            for parameter, default in zip(parameters, defaults, strict=True)
        ],
        "annotation": _last_component(function.returns),
    }


def nearly_declared(function: Function, imports: dict[str, list[str]], bound: Collection[str]) -> dict[str, Any] | None:
    """What is wrong with a decorator whose name is nearly that of a step's; None where there is no such decorator.

    Without a word about it, the step and its results would be gone from `tpdl status`.

    Args:
        function: it has no step decorator.
        imports: name -> references to what was imported under it.
        bound: every name that is known in the module.

    Returns:
        as `declared` does, with an "error". Under "unless" may stand a module: if the project has it, nothing is wrong.
    """
    for decorator in function.decorator_list:
        names = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if names is None or len(names) > 2:
            continue
        result: dict[str, Any] = {"kind": "experiment", "qualname": function.name, "line": function.lineno}
        for reference in imports.get(names[0], ()):
            module, _, name = extended(reference, names[1:]).partition(":")
            if module == "tpdl" and name and "." not in name:
                message = f"tpdl has no decorator `{name}`{did_you_mean(name, KINDS)}"
                return result | {"error": [decorator.lineno, message]}
            if name in KINDS and (hint := did_you_mean(module, ["tpdl"], cutoff=0.75)):
                message = f"`{name}` is imported from {module}{hint}"
                return result | {"error": [decorator.lineno, message], "unless": module}
        if names[0] in bound:
            continue
        if len(names) == 1 and near(names[0], KINDS, cutoff=0.8):
            hint = f"; from tpdl import {names[0]}" if names[0] in KINDS else did_you_mean(names[0], KINDS, cutoff=0.8)
        elif len(names) == 2 and names[1] in KINDS and near(names[0], ["tpdl"], cutoff=0.75):
            hint = "; import tpdl" if names[0] == "tpdl" else "; did you mean `tpdl`?"
        else:
            continue
        return result | {"error": [decorator.lineno, f"`{names[0]}` is not defined{hint}"]}
    return None


def misplaced(tree: ast.Module, placed: set[int], imports: dict[str, list[str]]) -> list[list[Any]]:
    """`[line, message]` for every step decorator whose function is not at the top of the module.

    Args:
        tree: the module.
        placed: `id` of the functions at its top.
        imports: name -> references to what was imported under it.
    """
    if not any(target in _DECORATORS or target == "tpdl:" for targets in imports.values() for target in targets):
        return []
    return [
        [node.lineno, f"{node.name} is a step, but no plain function at the top of its module"]
        for node in ast.walk(tree)
        if isinstance(node, Function | ast.ClassDef)
        and id(node) not in placed
        and any(step_kind(decorator, imports) for decorator in node.decorator_list)
    ]


def _last_component(annotation: ast.expr | None) -> str:
    """ "DataFrame" for `pd.DataFrame`, "dict" for `dict[str, float]`; also where it is written as a string.

    Of a tuple the components, "tuple[DataFrame, Arrays]" for `tuple[pd.DataFrame, Arrays]`; so of a list.
    """
    match annotation:
        case None:
            return ""
        case ast.Constant(value=str(text)):
            try:
                return _last_component(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return text
        case ast.Subscript(value=value, slice=ast.Tuple(elts=parts)) if _last_component(value) in ("tuple", "Tuple"):
            return f"tuple[{', '.join(map(_last_component, parts))}]"
        case ast.Subscript(value=value, slice=item) if _last_component(value) in ("list", "List"):
            return f"list[{_last_component(item)}]"
        case ast.Subscript(value=value):
            return _last_component(value)
    names = dotted(annotation)
    return names[-1] if names else ast.unparse(annotation)
