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

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tpdl.fingerprint.hashing import digest
from tpdl.fingerprint.import_order import ImportOrder
from tpdl.fingerprint.importing import Importing
from tpdl.fingerprint.known import looks
from tpdl.fingerprint.resolve import Found, Resolver

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Event, Part, Summary

_HASHES = {"text": ("full", "ordered", "hash"), "order": ("ordered", "hash"), "": ("hash",)}
"""What somebody looks at -> the keys of a summary's hashes that cover it, the best one first."""


class Graph:
    """What can be reached from a symbol, and what it hashes to.

    Args:
        resolver: says what a reference in a module means.
        summary: asked for what the file of a module says; None for what is not the project's.
        called: what a node, or a module "pkg.mod:", goes by in hashes: its old name, where it was renamed.
    """

    def __init__(
        self,
        resolver: Resolver,
        summary: Callable[[str], Summary | None],
        called: Callable[[str], str] = lambda node: node,
    ) -> None:
        self._resolver = resolver
        self._summary = summary
        self._called = called
        self._importing = Importing(resolver, summary, called)
        self._edges_of: dict[str, tuple[str, ...]] = {}
        self._hashes: dict[tuple[str, str], str] = {}
        self._looks_of: dict[str, frozenset[str]] = {}
        self._loads_of: dict[str, frozenset[str]] = {}
        self._order = ImportOrder(resolver, summary, self._importing, self._reached, called)

    def closure(self, start: Iterable[str]) -> tuple[dict[str, str], set[str]]:
        """All nodes that `start` uses, directly or not, and what imported modules do to any of them, with hashes.

        `@register` and `TABLE[k] = f` in a module that is imported belong to `TABLE`: they are added if `TABLE` is
        reached, and may lead to more. So it is done again until nothing is added.

        Returns:
            node -> hash; and the modules that are imported for it.
        """
        start = list(start)
        nodes: set[str] = set()
        self._reach(start, nodes)
        size = 0
        looked: set[str] = set()
        loaded: frozenset[str] = frozenset()
        while size < len(nodes):
            size = len(nodes)
            looked = set[str]().union(*map(self._looks, nodes))
            loaded = self._loaded_by(start, nodes)
            known_by_other_names = self._order.bound_anew(loaded)
            for module in [node[:-1] for node in nodes if node.endswith(":")]:
                self._reach(self._changing(module, nodes | known_by_other_names), nodes)
                if looked:
                    self._reach(self._looked_at(module, looked), nodes)
            for submodule in self._order.submodules_in_place_of_names(loaded, nodes):
                self._reach(self._resolver.whole(submodule), nodes)
        sees = next((what for what in ("text", "order") if what in looked), "")
        modules = {node[:-1] for node in nodes if node.endswith(":")}
        hashes = {node: self.hash(node, sees) for node in nodes if not node.endswith(":")}
        for module, sequence in self._order.sequences(loaded, nodes).items():
            hashes[f"{module}:<import order>"] = digest(sequence)
        for module in [node[:-1] for node in nodes if node.endswith(":") and node[:-1] not in loaded]:
            if self._summary(module) is not None:
                hashes[f"{module}:<not imported>"] = digest([])
        for module in self._order.submodules_in_place_of_names(loaded, nodes):
            hashes[f"{module}:<in place of a name>"] = digest([])
        for module in self._tried(loaded, nodes):
            hashes[f"{module}:<imports>"] = digest(self._import_lines(module))
        return dict(sorted(hashes.items())), modules

    def _tried(self, loaded: Iterable[str], nodes: Iterable[str]) -> list[str]:
        """The modules that something tries to import, with what these import: whether it works decides what is used."""
        loads = [load for module in loaded for load in self._importing.tried(module)]
        for node in nodes:
            module, _, name = node.partition(":")
            if name[:1] not in ("", "<"):
                loads += [load for part in self._parts(module, name) for load in part.get("tried", ())]
        tried = [each for load in loads if (each := self._resolver.loads(load))]
        return [module for module in self._order.loaded(tried) if self._summary(module) is not None] if tried else []

    def _import_lines(self, module: str) -> Iterator[str]:
        """What a module imports, and whether it is there."""
        summary = self._summary(module)
        for load in summary["loads"] if summary else ():
            source, _, name = load.partition(":")
            if self._summary(source) is not None:
                found = self._resolver.reference(module, load) if name else []
                there = any(not each.node.endswith(":*") or each.is_module for each in found)
                yield f"{self._called(f'{source}:{name}')} {there}"
            elif source.partition(".")[0] not in sys.stdlib_module_names:
                yield load

    def _loaded_by(self, start: Iterable[str], nodes: Iterable[str]) -> frozenset[str]:
        """The modules that are executed: those of the start, and what imports lead to; not what is merely mentioned."""
        modules = {node.partition(":")[0] for node in start}
        for node in nodes:
            if node not in self._loads_of:
                module, _, name = node.partition(":")
                parts = self._parts(module, name) if name[:1] not in ("", "<") else ()
                every = [self._resolver.loads(load) for part in parts for load in part["loads"]]
                self._loads_of[node] = frozenset(each for each in every if each)
            modules |= self._loads_of[node]
        return self._order.loaded(modules)

    def hash(self, node: str, sees: str = "") -> str:
        """16 hexadecimal digits of a node's own content, and of what each name in it is bound to.

        Args:
            node: the node.
            sees: "order" where the order of definitions counts, "text" where docstrings and annotations do, too.
        """
        if (node, sees) not in self._hashes:
            module, _, name = node.partition(":")
            if name.startswith("<"):
                own = [line for event in self._events(module, name) for line in self._event_lines(module, name, event)]
            else:
                parts = self._parts(module, name)
                summary = self._summary(module)
                hashed: list[Any] = [summary] if summary and name == "*" else [*parts] if name != "*" else []
                own = [next(each[key] for key in _HASHES[sees] if key in each) for each in hashed]
                own += [line for part in parts for line in self._bindings(module, part)]
                own += self._bindings_of_imports(module, name)
                own += self._importing.places(module, name) if name != "*" else []
            self._hashes[node, sees] = own[0] if len(own) == 1 else digest(own)
        return self._hashes[node, sees]

    def _bindings(self, module: str, part: Part | Event) -> Iterator[str]:
        """What each name in a piece of source is bound to, in the order in which they stand there."""
        for reference in [*part["refs"], str(part.get("alias", ""))]:
            if reference == "__doc__":
                yield ""  # a symbol of its own, or none
            elif reference:
                meanings = self._resolver.reference(module, reference)
                yield " ".join(dict.fromkeys(self._meaning(meaning) for meaning in meanings))

    def _meaning(self, meaning: Found) -> str:
        return meaning.opaque or self._called(meaning.meaning)

    def _bindings_of_imports(self, module: str, name: str) -> list[str]:
        """Of a module that is used as a whole: what it has of the project by import."""
        summary = self._summary(module)
        if name != "*" or summary is None:
            return []
        found = {each: self._resolver.reference(module, each) for each in sorted(summary["imports"])}
        ours = {each: [self._meaning(m) for m in meanings if m.node] for each, meanings in found.items()}
        return [f"{each}={' '.join(dict.fromkeys(meanings))}" for each, meanings in ours.items() if meanings]

    def _event_lines(self, module: str, name: str, event: Event) -> list[str]:
        if "acts" not in event:
            return [f"import {self._called(self._importing.loaded_module(event) + ':')}"]
        everybody = self._importing.of(module).everybody
        if name != "<import>" and event in everybody:
            return ["anything"]  # its text counts there; here, where it stands
        return [event["hash"], *self._bindings(module, event)]

    def _reach(self, start: Iterable[str], seen: set[str]) -> None:
        """Add to `seen` what can be reached from `start`."""
        open_nodes = list(start)
        while open_nodes:
            node = open_nodes.pop()
            if node not in seen:
                seen.add(node)
                open_nodes += self._edges(node)

    def _reached(self, start: Iterable[str]) -> set[str]:
        seen: set[str] = set()
        self._reach(start, seen)
        return seen

    def _edges(self, node: str) -> tuple[str, ...]:
        """The nodes that a node uses directly."""
        if node not in self._edges_of:
            module, _, name = node.partition(":")
            self._edges_of[node] = tuple(dict.fromkeys(self._using(module, name) if name else self._loading(module)))
        return self._edges_of[node]

    def _loading(self, module: str) -> Iterable[str]:
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
        if self._importing.everybody(module):
            yield f"{module}:<import>"

    def _using(self, module: str, name: str) -> Iterable[str]:
        """Using a symbol imports its module, and uses its members and whatever its source refers to."""
        yield f"{module}:"
        if name.startswith("<"):
            for event in self._events(module, name):
                if "acts" in event:
                    yield from (f"{module}:{each}" for each in event["names"])
                    yield from self._referred(module, event["refs"])
                yield from self._loaded(event["loads"])
            return
        for part in self._parts(module, name):
            yield from self._loaded(part["loads"])
            yield from (f"{module}:{member}" for member in part.get("members", ()))
            # What an alias stands for is followed where it is used: `nets = pkg.nets` does not use all of pkg.nets.
            aliased = [part["alias"]] if name == "*" and "alias" in part else []
            yield from self._referred(module, [*part["refs"], *aliased])
        if name == "*" and (summary := self._summary(module)):
            yield from self._referred(module, summary["imports"])
            for event in summary["events"]:
                yield from self._referred(module, event["refs"])

    def _referred(self, module: str, references: Iterable[str]) -> Iterator[str]:
        for reference in references:
            yield from (meaning.node for meaning in self._resolver.reference(module, reference) if meaning.node)

    def _parts(self, module: str, name: str) -> Sequence[Part]:
        """The pieces of source that a node stands for."""
        summary = self._summary(module)
        if summary is None:
            return []
        if name == "*":
            return [summary["symbols"][each] for each in sorted(summary["symbols"])]
        return [summary["symbols"][name]]

    def _events(self, module: str, name: str) -> list[Event]:
        """What "<import>", or "<import NAME>", stands for."""
        if name == "<import>":
            return self._importing.everybody(module)
        import_time = self._importing.of(module)
        node = next(node for node, label in import_time.labels.items() if name == f"<import {label}>")
        return import_time.some[node]

    def _changing(self, module: str, nodes: set[str]) -> list[str]:
        """What importing a module does to any of `nodes`."""
        import_time = self._importing.of(module)
        if not import_time.some:
            return []
        return [
            f"{module}:<import {import_time.labels[node]}>"
            for node in import_time.some
            if node in nodes or f"{node.partition(':')[0]}:*" in nodes
        ]

    def _looks(self, node: str) -> frozenset[str]:
        """What a node may look at besides what it names."""
        if node not in self._looks_of:
            module, _, name = node.partition(":")
            found: set[str] = set()
            for part in self._parts(module, name) if name and not name.startswith("<") else ():
                found.update(part.get("looks", ()))
                for reference in part["refs"]:
                    for meaning in self._resolver.reference(module, reference):
                        found |= looks(meaning.opaque) if meaning.opaque else set()
            self._looks_of[node] = frozenset(found)
        return self._looks_of[node]

    def _looked_at(self, module: str, looked: set[str]) -> Iterable[str]:
        """What somebody who looks around finds in a module that was imported."""
        summary = self._summary(module)
        if summary is None:
            return
        if "modules" in looked:
            yield f"{module}:*"
        if "subclasses" in looked:
            for name, symbol in summary["symbols"].items():
                if symbol["kind"] == "class" and symbol.get("acts", {}).get("bases"):
                    yield f"{module}:{name}"

    def _loaded(self, loads: Iterable[str]) -> list[str]:
        """The nodes of the modules that imports execute."""
        return [f"{module}:" for load in loads if (module := self._resolver.loads(load))]
