"""From references to nodes: which symbol of which module is meant by "gram.accumulate" in this file?

    from lab.methods import gram               Resolver.reference("app", "gram.accumulate")
    gram.accumulate(features)                  -> [Found("lab.methods.gram:accumulate")]
    np.linalg.norm(features)                   -> [Found(opaque="numpy.linalg.norm")]

A node is a string: "module:qualname" is a symbol, "module:*" all of a module, and "module:" the execution of a module
when it is imported. What lies outside the project is opaque: its dotted name counts, its code does not. A reference may
mean several things, one for each import that can have bound the name, in the order in which these stand.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tpdl.fingerprint.modules import Modules

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Summary

_OF_EVERY_MODULE = frozenset(
    {"__name__", "__file__", "__path__", "__package__", "__spec__", "__loader__", "__builtins__"}
)
Seen = set[tuple[str, str]]
"""The names already being followed, as (module, name): imports may lead in a circle."""
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Found:
    """One thing that a reference may mean: a node, or something outside the project."""

    node: str = ""
    rest: tuple[str, ...] = ()
    """The attributes of the symbol that the reference asks for: ("shape",) for `TABLE.shape`."""
    opaque: str = ""
    """The dotted name of something outside the project."""
    bound: str = ""
    """What the name is bound to, where that is not the node: "pkg.mod:" for a module that is used as a value."""
    is_module: bool = False
    """It is a module itself, and not something in it that cannot be told."""

    @property
    def meaning(self) -> str:
        """What the reference is bound to, as it goes into the hash of who uses it."""
        return self.opaque or self.bound or self.node


class Resolver:
    """Follows names through imports, re-exports, aliases and `import *`."""

    def __init__(self, modules: Modules, summary: Callable[[str], Summary | None]) -> None:
        self._modules = modules
        self._summary = summary
        self._memo: dict[tuple[str, str], list[Found]] = {}
        self._loads: dict[str, str | None] = {}

    def reference(self, module: str, reference: str) -> list[Found]:
        """Everything that `reference`, in `module`, may mean."""
        key = ("", reference) if ":" in reference else (module, reference)
        if key not in self._memo:
            source, colon, chain = reference.rpartition(":")
            names = tuple(chain.split(".")) if chain else ()
            found = self._in_module(source, names, set()) if colon else self._global(module, names, set())
            self._memo[key] = list(dict.fromkeys(found))
        return self._memo[key]

    def loads(self, load: str) -> str | None:
        """The module that "pkg.mod" or "pkg.mod:name" executes; None if it is not the project's or no module."""
        if load not in self._loads:
            self._loads[load] = self._loaded(load)
        return self._loads[load]

    def _loaded(self, load: str) -> str | None:
        module, _, name = load.partition(":")
        if name:
            summary = self._summary(module)
            symbol = summary["symbols"].get(name) if summary else None
            if summary and symbol and name not in summary["imports"] and not symbol.get("maybe"):
                return None  # what the package defines itself, it does not look for among its modules
            module = f"{module}.{name}"
        if not self._modules.is_ours(module) or self._modules.is_ignored(module) or not self._modules.exists(module):
            return None
        return module

    def whole(self, module: str) -> Iterator[str]:
        """The nodes that stand for everything in a module; for a package, everything below it too."""
        for name in (module, *self._modules.below(module)):
            if self._modules.file(name) and not self._modules.is_ignored(name):
                yield f"{name}:*"

    def _global(self, module: str, names: tuple[str, ...], seen: Seen, nested: bool = False) -> Iterator[Found]:
        """A chain that starts at a global name of `module`."""
        summary = self._summary(module)
        first, rest = names[0], names[1:]
        if summary is None:
            return
        if (module, first) in seen or first in _OF_EVERY_MODULE:
            return
        seen = seen | {(module, first)}
        symbol, targets = summary["symbols"].get(first), summary["imports"].get(first, ())
        if symbol is not None:
            # `from x import *` below the definition may have bound the name again
            starred = list(self._starred(summary, names, seen, nested=True)) if summary["stars"] else []
            after = f"{module}:{first}@{symbol.get('stars', 0)}" if starred else ""
            yield Found(f"{module}:{first}", rest, bound=after)
            yield from starred
            if alias := symbol.get("alias"):
                yield from self._alias(module, alias, rest, seen)
        for target in targets:
            source, _, attribute = target.partition(":")
            yield from self._in_module(source, (*([attribute] if attribute else []), *rest), seen)
        if symbol is None and not targets:
            yield from self._starred(summary, names, seen, nested)

    def _alias(self, module: str, alias: str, rest: tuple[str, ...], seen: Seen) -> Iterator[Found]:
        """What `name.rest` means where the module says `name = alias`."""
        source, colon, chain = alias.rpartition(":")
        names = (*chain.split("."), *rest) if chain else rest
        yield from self._in_module(source, names, seen) if colon else self._global(module, names, seen)

    def _starred(self, summary: Summary, names: tuple[str, ...], seen: Seen, nested: bool) -> Iterator[Found]:
        """A name that only `import *` can have bound; where none of its sources has that name, all of them count.

        Where several can have bound it, the lists of names that they hand out decide which did.
        """
        having: list[str] = []
        for source in dict.fromkeys(summary["stars"]):
            if self._summary(source) is not None:
                given = self._gives(source, names[0])
                meanings = list(self._global(source, names, seen, nested=True)) if given != "no" else []
                having += [source] if meanings else []
                yield from meanings
                if meanings and given == "perhaps":
                    yield Found(f"{source}:__all__")
            elif not self._modules.is_ours(source):
                yield Found(opaque=f"{source}.*")
        found = bool(having)
        if len(having) > 1 or nested or names[0] in _BUILTINS:
            for source in having:
                if "__all__" in (self._summary(source) or {"symbols": {}})["symbols"] and names[0] != "__all__":
                    yield Found(f"{source}:__all__")
        if not found and not nested and names[0] not in _BUILTINS:
            for source in self._star_sources(summary):
                yield from (Found(node, bound=f"{source}:*") for node in self.whole(source))

    def _gives(self, source: str, name: str) -> str:
        """Whether `from source import *` gives a name: "yes", "no", or "perhaps", if `__all__` is computed."""
        summary = self._summary(source)
        names = summary["symbols"].get("__all__") if summary else None
        if names is None:
            return "no" if name.startswith("_") else "yes"
        match names.get("value"):
            case ["list" | "tuple" | "set", items] if all(item[0] == "value" for item in items):
                return "yes" if ["value", name] in items else "no"
        return "perhaps"

    def _star_sources(self, summary: Summary) -> list[str]:
        """The modules that `import *` takes names from, directly or through each other."""
        sources: list[str] = []
        waiting = list(summary["stars"])
        while waiting:
            source = waiting.pop()
            other = self._summary(source)
            if other is not None and source not in sources:
                sources.append(source)
                waiting += other["stars"]
        return sources

    def _in_module(self, module: str, names: tuple[str, ...], seen: Seen) -> Iterator[Found]:
        """A chain of attributes of a module: its own names first, then its submodules; else all of it counts."""
        modules = self._modules
        if not modules.is_ours(module) or not modules.exists(module):
            yield Found(opaque=".".join([module, *names]))
            return
        if modules.is_ignored(module):
            yield Found(opaque=".".join([module, *names]))
            return
        if not names:
            yield from (Found(node, bound=f"{module}:", is_module=True) for node in self.whole(module))
            return
        first, rest = names[0], names[1:]
        summary, submodule = self._summary(module), f"{module}.{first}"
        known = summary is not None and (first in summary["symbols"] or first in summary["imports"])
        found = False
        if summary and (known or summary["stars"]):
            for each in self._global(module, names, seen, nested=True):
                found = True
                yield each
        # `from .gram import gram` hides the submodule, but whoever writes `pkg.gram.x` may mean it.
        if modules.exists(submodule) and (not found or (rest and known)):
            yield from self._in_module(submodule, rest, seen)
        elif first in _OF_EVERY_MODULE and not known:
            yield Found(bound=f"{module}:", is_module=True)
        elif found or known:
            return
        elif summary is None:
            yield Found(opaque=".".join([module, *names]))
        else:
            for source in (module, *self._star_sources(summary)):
                yield from (Found(node, bound=f"{source}:*") for node in self.whole(source))
