"""The graph of the project's symbols: which uses which, what importing a module does, and the content hash of each.

    # app.py                     Graph.closure(["app:run"]) -> {"app:", "app:run", "lib:", "lib:f", "lib:WIDTH"}
    from lib import f
    def run(): return f(1)       # "app:" and "lib:" stand for importing these modules
    # lib.py
    WIDTH = 3
    def f(x): return x * WIDTH

Nodes are strings, described in `tpdl.fingerprint.resolve`. Edges are found when they are first asked for, so that a
file that nothing leads to is never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tpdl.fingerprint.hashing import digest
from tpdl.fingerprint.resolve import Found, Resolver

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Effect, Part, Summary, Symbol


@dataclass
class ImportTime:
    """What importing a module does to the rest of the project."""

    effects: dict[str, list[Effect]] = field(default_factory=dict)
    """Node "module:<import…>" -> the statements it stands for."""
    conditional: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """A node, and the nodes that it changes: it counts for whoever uses one of these, and for nobody else."""


class Graph:
    """What can be reached from a symbol, and what it hashes to.

    Args:
        resolver: says what a reference in a module means.
        summary: asked for what the file of a module says; None for what is not the project's.
    """

    def __init__(self, resolver: Resolver, summary: Callable[[str], Summary | None]) -> None:
        self._resolver = resolver
        self._summary = summary
        self._edges_of: dict[str, tuple[str, ...]] = {}
        self._hashes: dict[str, str] = {}
        self._import_times: dict[str, ImportTime] = {}

    def closure(self, start: Iterable[str]) -> set[str]:
        """All nodes that `start` uses, directly or not, and what imported modules do to any of them.

        `@register` and `TABLE[k] = f` in a module that is imported belong to `TABLE`: they are added if `TABLE` is
        reached, and may lead to more. So it is done again until nothing is added.
        """
        nodes: set[str] = set()
        self._reach(start, nodes)
        size = 0
        while size < len(nodes):
            size = len(nodes)
            for module in [node[:-1] for node in nodes if node.endswith(":")]:
                for node, changed in self._import_time(module).conditional:
                    if node not in nodes and not changed.isdisjoint(nodes):
                        self._reach([node], nodes)
        return nodes

    def hash(self, node: str) -> str:
        """16 hexadecimal digits of a node's own content, and of the names that it uses from outside the project."""
        if node not in self._hashes:
            module, _, name = node.partition(":")
            parts = self._parts(module, name)
            references = {ref for part in parts for ref in [*part["refs"], part.get("alias", "")] if ref}
            meanings = (meaning for ref in references for meaning in self._resolver.reference(module, ref))
            outside = sorted({meaning.opaque for meaning in meanings if meaning.opaque})
            summary = self._summary(module)
            own = [summary["hash"]] if summary and name == "*" else [part["hash"] for part in parts]
            self._hashes[node] = own[0] if len(own) == 1 and not outside else digest([*own, *outside])
        return self._hashes[node]

    def _reach(self, start: Iterable[str], seen: set[str]) -> None:
        """Add to `seen` what can be reached from `start`."""
        open_nodes = list(start)
        while open_nodes:
            node = open_nodes.pop()
            if node not in seen:
                seen.add(node)
                open_nodes += self._edges(node)

    def _edges(self, node: str) -> tuple[str, ...]:
        """The nodes that a node uses directly."""
        if node not in self._edges_of:
            module, _, name = node.partition(":")
            self._edges_of[node] = tuple(dict.fromkeys(self._using(module, name) if name else self._importing(module)))
        return self._edges_of[node]

    def _importing(self, module: str) -> Iterable[str]:
        """Importing a module runs its parents, its imports, and its statements that have an effect."""
        parent = module.rpartition(".")[0]
        if parent:
            yield f"{parent}:"
        summary = self._summary(module)
        if summary is None:
            return
        yield from self._loaded(summary["loads"])
        if summary.get("error"):
            yield f"{module}:*"
        if f"{module}:<import>" in self._import_time(module).effects:
            yield f"{module}:<import>"

    def _using(self, module: str, name: str) -> Iterable[str]:
        """Using a symbol imports its module, and uses its members and whatever its source refers to."""
        yield f"{module}:"
        for part in self._parts(module, name):
            yield from self._loaded(part["loads"])
            yield from (f"{module}:{member}" for member in part.get("members", ()))
            # What an alias stands for is followed where it is used: `nets = pkg.nets` does not use all of pkg.nets.
            aliased = [part["alias"]] if name == "*" and "alias" in part else []
            for reference in [*part["refs"], *aliased]:
                yield from (meaning.node for meaning in self._resolver.reference(module, reference) if meaning.node)

    def _parts(self, module: str, name: str) -> Sequence[Part]:
        """The pieces of source that a node stands for."""
        summary = self._summary(module)
        if summary is None:
            return []
        if name == "*":
            return [*summary["symbols"].values(), *summary["effects"]]
        if name.startswith("<"):
            return self._import_time(module).effects[f"{module}:{name}"]
        return [summary["symbols"][name]]

    def _loaded(self, loads: Iterable[str]) -> list[str]:
        """The nodes of the modules that imports execute."""
        return [f"{module}:" for load in loads if (module := self._resolver.loads(load))]

    def _import_time(self, module: str) -> ImportTime:
        """What importing a module does to the rest of the project; found out once."""
        if module not in self._import_times:
            result = self._import_times[module] = ImportTime()
            summary = self._summary(module)
            if summary is not None:
                for effect in summary["effects"]:
                    self._sort(module, effect, result)
                for name, symbol in summary["symbols"].items():
                    if changed := self._registers_with(module, symbol):
                        result.conditional.append((f"{module}:{name}", changed))
        return self._import_times[module]

    def _sort(self, module: str, effect: Effect, result: ImportTime) -> None:
        """An effect on one imported object counts for those who use the object; any other counts for all."""
        target = effect.get("target")
        meanings = self._resolver.reference(module, target) if target else []
        changed = frozenset(meaning.node for meaning in meanings if meaning.node)
        whole = not changed or any(meaning.opaque or meaning.node.endswith(":*") for meaning in meanings)
        if whole or not (effect.get("stores") or all(self._kind(node) == "data" for node in changed)):
            result.effects.setdefault(f"{module}:<import>", []).append(effect)
            return
        node = f"{module}:<import {target}>"
        result.effects.setdefault(node, []).append(effect)
        result.conditional.append((node, changed))

    def _registers_with(self, module: str, symbol: Symbol) -> frozenset[str]:
        """What making a symbol may have changed elsewhere: decorators, base classes and calls can keep the symbol."""
        changed: set[str] = set()
        for call in symbol.get("calls", ()):
            for meaning in self._resolver.reference(module, call):
                if meaning.node:
                    changed |= {meaning.node} if meaning.rest else self._changed_by(meaning)
        for metaclass in symbol.get("metaclasses", ()):
            changed |= {meaning.node for meaning in self._resolver.reference(module, metaclass) if meaning.node}
        for base in symbol.get("bases", ()):
            for meaning in self._resolver.reference(module, base):
                reached: set[str] = set()
                self._reach([meaning.node] if meaning.node else [], reached)
                hooks = {node.rpartition(".")[0] for node in reached if node.endswith(".__init_subclass__")}
                changed |= hooks and (hooks | self._changed_by(meaning))
        return frozenset(changed)

    def _changed_by(self, called: Found) -> set[str]:
        """The module-level objects that a called function changes, itself or through what it calls."""
        reached: set[str] = set()
        self._reach([called.node], reached)
        changed = {called.node} if self._kind(called.node) == "data" else set()
        for node in reached:
            module, _, name = node.partition(":")
            for part in self._parts(module, name) if name else ():
                for reference in part.get("changes", ()):
                    targets = {meaning.node for meaning in self._resolver.reference(module, reference)}
                    changed |= {target for target in targets if self._kind(target) == "data"}
        return changed

    def _kind(self, node: str) -> str:
        """The kind of a symbol; "" for nodes that are none."""
        module, _, name = node.partition(":")
        summary = self._summary(module)
        symbol = summary["symbols"].get(name) if summary else None
        return symbol["kind"] if symbol else ""
