"""The declared steps, with their arguments evaluated from the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tpdl.errors import UserError
from tpdl.fingerprint.literals import Encoded, NotLiteral, evaluate
from tpdl.fingerprint.resolve import Resolver

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Summary


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()
"""In `Declaration.parameters`: the parameter has no default."""


@dataclass(frozen=True)
class Declaration:
    """One decorated function."""

    kind: str
    """"experiment", "figure" or "summary"."""
    module: str
    qualname: str
    path: str
    """Of the file, relative to the root."""
    line: int
    """Of `def`."""
    arguments: dict[str, Any]
    """Of the decorator, evaluated; positional ones as a list under "". Step functions are "module:qualname"."""
    parameters: dict[str, Any]
    """Of the function, in order: literal default, or `REQUIRED`."""
    annotation: str
    """The last component of the return annotation: "DataFrame" for `pd.DataFrame`; "" where there is none."""


class Evaluator:
    """Evaluates the literals of one module, following names to constants and step functions."""

    def __init__(self, module: str, path: str, summary: Callable[[str], Summary | None], resolver: Resolver) -> None:
        self._module = module
        self._path = path
        self._summary = summary
        self._resolver = resolver

    def value(self, encoded: Encoded, line: int, what: str) -> Any:
        """The value of an expression.

        Raises:
            UserError: it is no literal; with file and line.
        """
        try:
            return evaluate(encoded, lambda names, at: self._named(self._module, names, at, ()))
        except NotLiteral as error:
            raise UserError(
                f"{self._path}:{error.line}: {what} is read without running the code, and {error.text!r} is neither a literal, "
                "nor a constant that holds one, nor a step; write the value itself"
            ) from None
        except (ArithmeticError, TypeError, ValueError) as error:
            raise UserError(f"{self._path}:{line}: {what} cannot be evaluated: {error}") from None

    def _named(self, module: str, names: str, line: int, open_names: tuple[str, ...]) -> Any:
        found = [each for each in self._resolver.reference(module, names) if not each.rest]
        symbols = {each.node: symbol for each in found if (symbol := self._symbol(each.node))}
        for node, symbol in symbols.items():
            source, _, _ = node.partition(":")
            if symbol["kind"] == "def":
                return node
            if "value" in symbol and "alias" not in symbol and node not in open_names and len(symbols) == 1:
                here = (*open_names, node)
                return evaluate(symbol["value"], lambda inner, _, s=source, h=here: self._named(s, inner, line, h))  # type: ignore[misc]
        raise NotLiteral(line, names)

    def _symbol(self, node: str) -> Any:
        module, _, name = node.partition(":")
        summary = self._summary(module) if name else None
        return summary["symbols"].get(name) if summary else None


def read_declarations(
    module: str, path: str, summary: Summary, summaries: Callable[[str], Summary | None], resolver: Resolver
) -> list[Declaration]:
    """The declarations of one module.

    Raises:
        UserError: a syntax error, a step that is no plain function, or an argument that is no literal; with file and line.
    """
    if error := summary.get("error"):
        raise UserError(f"{path}:{error[0]}: {error[1]}")
    for line, message in summary["problems"]:
        raise UserError(f"{path}:{line}: {message}")
    evaluator = Evaluator(module, path, summaries, resolver)
    found: dict[str, Declaration] = {}
    for step in summary["steps"]:
        name, line = step["qualname"], step["line"]
        if "error" in step:
            raise UserError(f"{path}:{step['error'][0]}: {step['error'][1]}")
        if name in found:
            raise UserError(f"{path}:{line}: {name} is declared twice, first in line {found[name].line}; rename one")
        found[name] = Declaration(
            kind=step["kind"],
            module=module,
            qualname=name,
            path=path,
            line=line,
            arguments=_arguments(step, evaluator),
            parameters={
                parameter: REQUIRED
                if default is None
                else evaluator.value(default, line, f"the default of {parameter!r}")
                for parameter, default in step["parameters"]
            },
            annotation=step["annotation"],
        )
    return list(found.values())


def _arguments(step: dict[str, Any], evaluator: Evaluator) -> dict[str, Any]:
    line, name = step["line"], step["qualname"]
    arguments: dict[str, Any] = {}
    if step["positional"]:
        arguments[""] = evaluator.value(["list", step["positional"]], line, f"an argument of @{step['kind']} at {name}")
    for keyword, encoded in step["keywords"]:
        expression = ["dict", [[None, encoded]]] if keyword is None else encoded
        value = evaluator.value(expression, line, f"{keyword or 'an argument'} of @{step['kind']} at {name}")
        arguments |= value if keyword is None else {keyword: value}
    return arguments
