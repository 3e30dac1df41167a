"""The declared steps, with the arguments of their decorators evaluated from the source.

Example:
    NETWORKS = ["vgg16"]
                                                  Declaration(
    @experiment(matrix={"network": NETWORKS})         arguments={"matrix": {"network": ["vgg16"]}},
    def cuts(network: str, seed: int = 0): ...        parameters={"network": REQUIRED, "seed": 0}, …)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tpdl.errors import UserError
from tpdl.fingerprint.literals import Encoded, NotLiteral, evaluate
from tpdl.fingerprint.pure import PURE, Pure
from tpdl.fingerprint.resolve import Resolver
from tpdl.limits import Budget, LimitExceeded
from tpdl.nearest import did_you_mean

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Summary


class _Required:
    """The type of `REQUIRED`, so that it prints as its name."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()
"""In `Declaration.parameters`: the parameter has no default."""


@dataclass(frozen=True)
class Declaration:
    """One decorated function: what its author wrote, with literals and constants evaluated."""

    kind: str
    """"experiment", "figure" or "summary"."""
    module: str
    qualname: str
    path: str
    """The module's file, relative to the root."""
    line: int
    """The line of `def`."""
    arguments: dict[str, Any]
    """The decorator's arguments; positional ones as a list under "". A step function is named, as "module:qualname"."""
    parameters: dict[str, Any]
    """The function's parameters, in order, each with its default or `REQUIRED`."""
    annotation: str
    """The last component of the return annotation: "DataFrame" for `pd.DataFrame`; "" where there is none.

    Of a tuple those of its parts: "tuple[DataFrame, Arrays]"; so of a list: "list[DataFrame]".
    """
    problem: str = ""
    """What is wrong with it, as one line with file and line; then nothing that is said above can be relied on. With
    the kind "module" it is the whole file, which cannot be read, and has no `qualname`."""
    blocked_by: str = ""
    """The module that cannot be read and that something here comes from: what is wrong, is wrong there."""


class Unreadable(UserError):
    """A constant comes from a module with a syntax error."""

    def __init__(self, module: str, message: str) -> None:
        super().__init__(message)
        self.module = module


class Evaluator:
    """Evaluates the literals of one module, following names to constants and step functions."""

    def __init__(self, module: str, path: str, summary: Callable[[str], Summary | None], resolver: Resolver) -> None:
        self._module = module
        self._path = path
        self._summary = summary
        self._resolver = resolver

    def value(self, encoded: Encoded, line: int, what: str) -> Any:
        """The value of an expression.

        Args:
            encoded: the expression, as `tpdl.fingerprint.literals.encode` gives it.
            line: where it stands, for the message.
            what: what it is, for the message.

        Raises:
            UserError: it is no literal; with file and line.
        """
        budget = Budget()
        try:
            return evaluate(encoded, lambda names, at: self._named(self._module, names, at, (), budget), budget)
        except NotLiteral as error:
            raise UserError(
                f"{self._path}:{error.line}: {what} is read without running the code, and {error.text!r} is neither a "
                f"literal, nor a constant that holds one, nor a step; {error.hint or 'write the value itself'}"
            ) from None
        except LimitExceeded as error:
            raise UserError(f"{self._path}:{line}: {what} asks for too much: {error}") from None
        except RecursionError:
            raise UserError(f"{self._path}:{line}: {what} is too deep; write it in a plainer way") from None
        except (ArithmeticError, TypeError, ValueError) as error:
            raise UserError(f"{self._path}:{line}: {what} cannot be evaluated: {error}") from None

    def _named(self, module: str, names: str, line: int, following: tuple[str, ...], budget: Budget) -> Any:
        """What a dotted name in `module` stands for: the value of a constant, or a function as "module:qualname".

        Args:
            following: the constants whose values are being evaluated: they may name each other in a circle.
            budget: what all of it may cost.
        """
        everything = self._resolver.reference(module, names)
        called = {meaning.opaque for meaning in everything} or {names}  # Python's own name means nothing in a project
        if len(called) == 1 and (function := min(called)) in PURE:
            return Pure(function)
        meanings = [meaning for meaning in everything if not meaning.rest]
        symbols = {meaning.node: symbol for meaning in meanings if (symbol := self._symbol(meaning.node))}
        for node, symbol in symbols.items():
            if symbol["kind"] == "def":
                return node
            if "value" in symbol and "alias" not in symbol and node not in following and len(symbols) == 1:
                source = node.partition(":")[0]
                inside = functools.partial(self._named_in, source, line, (*following, node), budget)
                return evaluate(symbol["value"], inside, budget)
        for module_of in {meaning.node.partition(":")[0] for meaning in meanings if meaning.node}:
            summary = self._summary(module_of)
            if summary and (error := summary.get("error")):
                raise Unreadable(module_of, f"{module_of}, line {error[0]}: {error[1]}")
        raise NotLiteral(line, names, self._hint(module, names))

    def _hint(self, module: str, names: str) -> str:
        """The nearest name there is, for one that is unknown here, or in the module that it is imported from."""
        summary = self._summary(module)
        first = names.partition(".")[0]
        if summary is None or first in summary["symbols"]:
            return ""
        if first not in summary["imports"]:
            return did_you_mean(first, {*summary["symbols"], *summary["imports"]}).removeprefix("; ")
        for target in summary["imports"][first]:
            source, _, name = target.partition(":")
            there = self._summary(source)
            if there and name and name not in {*there["symbols"], *there["imports"]}:
                known = {*there["symbols"], *there["imports"]}
                return f"{source} has no `{name}`{did_you_mean(name, known)}"
        return ""

    def _named_in(self, module: str, line: int, following: tuple[str, ...], budget: Budget, names: str, _: int) -> Any:
        """What a name inside a constant's value stands for; a mistake is reported in the line that uses it."""
        return self._named(module, names, line, following, budget)

    def _symbol(self, node: str) -> Any:
        module, _, name = node.partition(":")
        summary = self._summary(module) if name else None
        return summary["symbols"].get(name) if summary else None


def read_declarations(
    module: str, path: str, summary: Summary, summaries: Callable[[str], Summary | None], resolver: Resolver
) -> list[Declaration]:
    """The declarations of one module.

    Args:
        module: its name.
        path: of its file, for messages.
        summary: what the file says.
        summaries: asked for the summaries of other modules, which constants may come from.
        resolver: follows names to these modules.

    Returns:
        the declarations, with a `problem` where something is wrong: a syntax error, a step that is no plain function,
        an argument that is no literal. What is wrong with one says nothing about the others.
    """
    if error := summary.get("error"):
        return [_broken("module", module, "", path, error[0], error[1])]
    found = [_broken("misplaced", module, "", path, line, message) for line, message in summary["problems"]]
    evaluator = Evaluator(module, path, summaries, resolver)
    declarations: dict[str, Declaration] = {}
    for step in summary["steps"]:
        name, line = step["qualname"], step["line"]
        if "unless" in step and summaries(step["unless"]):
            continue  # a module of the project's, and its decorator
        if "error" in step:
            found.append(_broken(step["kind"], module, name, path, *step["error"]))
        elif name in declarations:
            first = declarations[name].line
            message = f"{name} is declared twice, first in line {first}; rename one"
            found.append(_broken("misplaced", module, "", path, line, message))
        else:
            declarations[name] = _declaration(step, module, path, evaluator)
    return [*found, *declarations.values()]


def _declaration(step: dict[str, Any], module: str, path: str, evaluator: Evaluator) -> Declaration:
    """What one decorated function says."""
    name, line = step["qualname"], step["line"]
    try:
        return Declaration(
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
    except Unreadable as error:
        broken = _broken(step["kind"], module, name, path, line, f"needs what cannot be read: {error}")
        return replace(broken, blocked_by=error.module)
    except UserError as error:
        return replace(_broken(step["kind"], module, name, path, line, ""), problem=str(error))


def _broken(kind: str, module: str, qualname: str, path: str, line: int, message: str) -> Declaration:
    return Declaration(kind, module, qualname, path, line, {}, {}, "", problem=f"{path}:{line}: {message}")


def _arguments(step: dict[str, Any], evaluator: Evaluator) -> dict[str, Any]:
    """The decorator's arguments by name, `**mappings` put in, positional ones as a list under ""."""
    line, name = step["line"], step["qualname"]
    arguments: dict[str, Any] = {}
    if step["positional"]:
        arguments[""] = evaluator.value(["list", step["positional"]], line, f"an argument of @{step['kind']} at {name}")
    for keyword, encoded in step["keywords"]:
        expression = ["dict", [[None, encoded]]] if keyword is None else encoded
        value = evaluator.value(expression, line, f"{keyword or 'an argument'} of @{step['kind']} at {name}")
        arguments |= value if keyword is None else {keyword: value}
    return arguments
