"""Where it matters in which order modules are imported, and what else is loaded.

    # app.py                           # patch.py                     # pkg/__init__.py and pkg/plan.py
    from lib import f                  import lib                     def plan(): …
    import patch                       lib.f = faster                 # plan.py: `import pkg.plan` puts itself at the
                                                                      # function's place
Imports are harmless, and so is their order, as long as nothing that is loaded binds names of other modules anew or
changes what others read while they are imported. Where something does, the sequence of what *changes* and what *reads*
is "app:<import order>"; it lists nothing else, so that other imports may come, go and move.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tpdl.fingerprint.importing import Importing
from tpdl.fingerprint.known import depends_on_settings, reaches_everything
from tpdl.fingerprint.resolve import Resolver

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Event, Summary

_ACTS = ("calls", "decorators", "factories", "items", "sets", "uses", "bases", "metaclasses")
SETTINGS = "settings of libraries"
"""Stands among nodes for what libraries keep to themselves: a default dtype, the precision of decimals."""
EVERYTHING = "everything"


@dataclass
class Touched:
    """What a statement at import, or the import of a module, may change and what it reads."""

    changes: set[str] = field(default_factory=set)
    """Nodes that it changes, "module:*" for any in it."""
    binds: set[str] = field(default_factory=set)
    """Nodes whose names it may bind anew, from outside of the statements that bind them."""
    reads: set[str] = field(default_factory=set)
    """Nodes that it reads."""
    copies: set[str] = field(default_factory=set)
    """Nodes of which it takes over what the name stands for now, as `from lib import f` does."""

    def update(self, other: Touched) -> None:
        """Add what another one does."""
        for name, value in vars(other).items():
            getattr(self, name).update(value)

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return bool(self.changes or self.binds)


@dataclass
class _Item:
    """A statement of a module, in order."""

    at: float
    """How many of the module's events stand above it."""
    label: str
    touched: Touched
    event: Event | None = None


class ImportOrder:
    """Finds the modules in which the order of imports and statements decides something.

    Args:
        resolver: says what a reference in a module means.
        summary: asked for what the file of a module says.
        importing: says what happens at import.
        reach: everything that nodes use, directly or not.
        called: what a module "pkg.mod:" goes by in hashes.
    """

    def __init__(
        self,
        resolver: Resolver,
        summary: Callable[[str], Summary | None],
        importing: Importing,
        reach: Callable[[Iterable[str]], set[str]],
        called: Callable[[str], str],
    ) -> None:
        self._resolver = resolver
        self._summary = summary
        self._importing = importing
        self._reach = reach
        self._called = called
        self._done: dict[str, Touched] = {}
        self._events: dict[tuple[str, int], Touched] = {}
        self._bound: dict[str, list[tuple[int, str, Touched]]] = {}
        self._conflicts: dict[str, str] = {}

    def loaded(self, modules: Iterable[str]) -> frozenset[str]:
        """All modules that are executed when some are imported."""
        return frozenset[str]().union(*map(self._importing.load_closure, modules))

    def submodules_in_place_of_names(self, loaded: Collection[str], nodes: set[str]) -> Iterator[str]:
        """The submodules that take, when they are loaded, the place of a name of their package that is used."""
        for module in loaded:
            if conflict := self._conflict(module):
                package, _, name = conflict.partition(":")
                meant = [each.node for each in self._resolver.reference(package, name) if each.node]
                if not meant or not nodes.isdisjoint({conflict, f"{package}:*", *meant}):
                    yield module

    def bound_anew(self, loaded: Collection[str]) -> set[str]:
        """The nodes that are bound anew from outside and whose objects are changed, too.

        What is changed through such a name is not known by it alone.
        """
        binds, changed = set[str](), set[str]()
        for module in loaded:
            binds |= self._binds(module)
            changed |= self._importing.of(module).mutated
        return {node for node in changed if _meets({node}, binds)} if binds else set()

    def _binds(self, module: str) -> set[str]:
        binds = self._own(module).binds if self._importing.acts(module) else set()
        return binds | ({conflict} if (conflict := self._conflict(module)) else set())

    def sequences(self, loaded: Collection[str], nodes: Collection[str]) -> dict[str, list[str]]:
        """Module -> what changes and what reads in it, in order; for those in which both meet.

        Args:
            loaded: the modules that are executed.
            nodes: what is used.
        """
        circular = [module for module in loaded if self._importing.circle(module)]
        if not circular and not any(self._importing.acts(module) or self._conflict(module) for module in loaded):
            return {}
        own = {module: self._of_used(module, nodes) for module in loaded}
        names = self._of_circles(circular, own)
        found = {}
        for module in sorted(loaded):
            items = self._items(module, own, names, nodes)
            alone = sum(self._kind(module, item) in ("anything", "change", "import") for item in items) < 2
            meeting = {
                each
                for at, one in enumerate(items)
                for after, other in enumerate(items[at + 1 :], at + 1)
                if _meet(one.touched, other.touched) and not self._is_told(module, one, other, alone)
                for each in (at, after)
            }
            if meeting:
                found[module] = [items[each].label for each in sorted(meeting)]
        return found

    def _is_told(self, module: str, one: _Item, other: _Item, alone: bool) -> bool:
        """Whether the order of the two goes into the hash of "<import>", "<import NAME>" or a symbol, anyway.

        Args:
            module: where they stand.
            one: the first.
            other: the second.
            alone: only one item has an effect.
        """
        kinds = [self._kind(module, each) for each in (one, other)]
        if "copy" in kinds or "harmless" in kinds:
            return False
        if "symbol" in kinds:  # its hash says after how many effects it comes; which they are is clear if there is one
            symbol = one if kinds[0] == "symbol" else other
            return alone and symbol.event is not None and self._importing.reads_something(module, symbol.event)
        if "import" in kinds:
            return kinds == ["import", "import"] or "anything" in kinds
        changed = [self._importing.changed(module, each.event) for each in (one, other) if each.event]
        return "anything" in kinds or bool(set.intersection(*(each.everything for each in changed if each)))

    def _kind(self, module: str, item: _Item) -> str:
        """What an item is for those who put it in order."""
        if item.event is None:
            return "copy"
        if "acts" not in item.event:
            return "import" if self._importing.has_effects(item.event) else "harmless"
        changed = self._importing.changed(module, item.event)
        if changed is None:
            return "anything"
        return "change" if changed.everything else "symbol"

    def _of_circles(self, circular: Iterable[str], own: dict[str, Touched]) -> dict[str, list[tuple[str, str]]]:
        """Module -> the names that others read before it is through, because they and it import each other."""
        names: dict[str, list[tuple[str, str]]] = {}
        for module in circular:
            circle = self._importing.circle(module)
            touched = own[module]
            for node in sorted(touched.reads | touched.copies):
                source, _, name = node.partition(":")
                if source != module and source in circle and source in own:
                    token = f"{source} for {module}"
                    touched.copies.add(token)
                    own[source].binds.add(token)
                    names.setdefault(source, []).append((name, token))
        return names

    def _items(
        self,
        module: str,
        own: dict[str, Touched],
        names: dict[str, list[tuple[str, str]]],
        nodes: Collection[str],
    ) -> list[_Item]:
        """The statements of a module that may take part, by their places."""
        summary = self._summary(module)
        if summary is None:
            return []
        items = [
            _Item(summary["bound"].get(name, 0), self._name(module, name), Touched(binds={token}))
            for name, token in names.get(module, ())
        ]
        for at, event in enumerate(_written(summary)):
            if "acts" in event:
                if self._is_used(module, event, nodes) or self._importing.has_effect(module, event):
                    label = " ".join(sorted(self._name(module, name) for name in event["names"])) or event["hash"]
                    items.append(_Item(at + 0.5, label, self._event(module, at, event), event))
            elif loads := self._importing.loaded_module(event):
                together = Touched()
                for each in self._importing.load_closure(loads):
                    if each in own and each != module:
                        together.update(own[each])
                items.append(_Item(at + 0.5, f"import {self._called(loads + ':')}", together, event))
        items += [_Item(*copy) for copy in self._copies(module)]
        return sorted(
            (each for each in items if any(vars(each.touched).values())), key=lambda each: (each.at, each.label)
        )

    def _name(self, module: str, name: str) -> str:
        return self._called(f"{module}:{name}")

    def _of_used(self, module: str, nodes: Collection[str]) -> Touched:
        """What importing a module itself does, as far as it concerns `nodes`."""
        summary = self._summary(module)
        result = Touched(binds=set(self._binds(module)))
        for at, event in enumerate(_written(summary)):
            if "acts" in event and (self._is_used(module, event, nodes) or self._importing.has_effect(module, event)):
                result.update(self._event(module, at, event))
        for _, _, touched in self._copies(module):
            result.update(touched)
        return result

    def _own(self, module: str) -> Touched:
        """What importing a module itself may do."""
        if module not in self._done:
            self._done[module] = result = Touched()
            summary = self._summary(module)
            for at, event in enumerate(_written(summary)):
                if "acts" in event and self._importing.has_effect(module, event):
                    result.update(self._event(module, at, event))
        return self._done[module]

    def _is_used(self, module: str, event: Event, nodes: Collection[str]) -> bool:
        return f"{module}:*" in nodes or any(f"{module}:{name}" in nodes for name in event["names"])

    def _event(self, module: str, at: int, event: Event) -> Touched:
        """What a statement may change and read."""
        if (module, at) not in self._events:
            acts: dict[str, Any] = event.get("acts", {})
            references = [reference.removesuffix("[]") for name in _ACTS for reference in acts.get(name, ())]
            result = Touched(reads=self._read(module, [*references, *event["refs"]]))
            if self._asks_for_settings(module, acts):
                result.reads.add(SETTINGS)
            changed = self._importing.changed(module, event)
            if changed is None:
                result.changes.add(SETTINGS)
                own = [f"{module}:{name}" for name in event["names"] if self._has(module, name)]
                reached = {n for n in (result.reads | self._reach(own)) - {SETTINGS} if not n.endswith(":")}
                result.changes |= reached
                result.binds |= set(self._within_reach(module, [*references, *event["refs"]]))
                result.binds |= {bound for node in reached for bound in self._bound_by(node)}
                if self._reaches_everything(module, [*references, *event["refs"]], reached):
                    result.binds.add(EVERYTHING)
            else:
                result.changes |= changed.everything
                result.binds |= changed.bound
            self._events[module, at] = result
        return self._events[module, at]

    def _has(self, module: str, name: str) -> bool:
        summary = self._summary(module)
        return summary is not None and name in summary["symbols"]

    def _read(self, module: str, references: Iterable[str]) -> set[str]:
        """The nodes that references lead to."""
        found = [each for reference in references for each in self._resolver.reference(module, reference)]
        nodes = self._reach(each.node for each in found if each.node)
        return {node for node in nodes if not node.endswith(":")}

    def _asks_for_settings(self, module: str, acts: dict[str, Any]) -> bool:
        """Whether a statement calls something of a library that depends on what was set, itself or by what it calls."""
        called = [ref for name in ("calls", "decorators", "factories") for ref in acts.get(name, ())]
        called += acts.get("uses", ()) if acts.get("unknown") else ()
        found = [each for reference in called for each in self._resolver.reference(module, reference)]
        names = [each.opaque for each in found if each.opaque]
        names += [name for node in self._reach(e.node for e in found if e.node) for name in self._libraries(node)]
        return any(map(depends_on_settings, names))

    def _libraries(self, node: str) -> Iterator[str]:
        """The names of libraries that a symbol uses."""
        module, _, name = node.partition(":")
        summary = self._summary(module)
        if summary is None or not name:
            return
        symbols = summary["symbols"].values() if name == "*" else [summary["symbols"].get(name)]
        for symbol in symbols:
            for reference in symbol["refs"] if symbol else ():
                yield from (each.opaque for each in self._resolver.reference(module, reference) if each.opaque)

    def _reaches_everything(self, module: str, references: Iterable[str], nodes: Iterable[str]) -> bool:
        """Whether code can come at names of modules that it does not name."""
        names = [each.opaque for ref in references for each in self._resolver.reference(module, ref) if each.opaque]
        return any(map(reaches_everything, names)) or any(
            reaches_everything(name) for node in nodes for name in self._libraries(node)
        )

    def _within_reach(self, module: str, references: Iterable[str]) -> Iterator[str]:
        """The nodes of which code has the module, too, so that it may bind their names: `lib.f`, or `lib` itself."""
        for reference in references:
            for found in self._resolver.reference(module, reference):
                if found.node and (found.is_module or "." in reference or ":" in reference):
                    yield found.node

    def _bound_by(self, node: str) -> Iterator[str]:
        """The nodes whose names the code of a symbol may bind."""
        module, _, name = node.partition(":")
        summary = self._summary(module)
        if summary is None or name[:1] in ("", "<"):
            return
        for symbol in summary["symbols"].values() if name == "*" else [summary["symbols"][name]]:
            yield from self._within_reach(module, symbol["refs"])
            body: dict[str, Any] = symbol.get("body", {})
            names = [*body.get("rebinds", ()), *(symbol["refs"] if body.get("unknown") else ())]  # perhaps `global`
            yield from (f"{module}:{each}" for each in names if self._has(module, each))

    def _copies(self, module: str) -> list[tuple[int, str, Touched]]:
        """The names that a module takes from others by import, with how many events stand above each."""
        if module not in self._bound:
            summary = self._summary(module)
            found: list[tuple[int, str, Touched]] = []
            for name, at in (summary["bound"] if summary else {}).items():
                assert summary is not None
                targets = [f"{name[1:]}:*"] if name[:1] == "*" else summary["imports"].get(name, [])
                nodes = set[str]()
                for target in targets:
                    source, _, attribute = target.partition(":")
                    if not attribute or self._summary(source) is None:
                        continue
                    nodes |= {target, *(e.node for e in self._resolver.reference(module, target) if e.node)}
                if nodes:
                    label = f"from {' '.join(map(self._called, targets))}"
                    found.append((at, label, Touched(copies=nodes)))
            self._bound[module] = found
        return self._bound[module]

    def _conflict(self, module: str) -> str:
        """The node "pkg:f" whose place `pkg.f` takes when it is loaded; "" where there is none.

        There is none, either, where the package loads it first, and binds the name after that: `from .f import f`.
        """
        if module not in self._conflicts:
            self._conflicts[module] = self._find_conflict(module)
        return self._conflicts[module]

    def _find_conflict(self, module: str) -> str:
        package, _, name = module.rpartition(".")
        summary = self._summary(package) if package else None
        if summary is None or not (name in summary["symbols"] or name in summary["imports"] or summary["stars"]):
            return ""
        targets = summary["imports"].get(name, [])
        if name not in summary["symbols"]:
            if targets and set(targets) <= {f"{package}:{name}", f"{module}:"}:
                return ""  # it is the submodule that is bound
            if not targets and not any(self._gives(star, name) for star in summary["stars"]):
                return ""
        stars = [at for each, at in summary["bound"].items() if each.startswith("*")]
        bound = summary["bound"].get(name, max(stars, default=0))
        for event in _written(summary)[:bound]:
            if "acts" in event or event.get("maybe") or event["loads"] == [f"{package}:{name}"]:
                continue
            if module in self._importing.load_closure(self._importing.loaded_module(event)):
                return ""
        return f"{package}:{name}"

    def _gives(self, source: str, name: str) -> bool:
        return self._summary(source) is not None and bool(self._resolver.reference(source, name))


def _written(summary: Summary | None) -> list[Event]:
    return summary.get("written", summary["events"]) if summary else []


def _meet(one: Touched, other: Touched) -> bool:
    """Whether the order of the two decides something."""
    return _affects(one, other) or _affects(other, one)


def _affects(one: Touched, other: Touched) -> bool:
    return _meets(other.reads, one.changes | one.binds) or _meets(other.copies, one.binds)


def _meets(nodes: Collection[str], changed: Collection[str]) -> bool:
    """Whether something of `nodes` is among what was changed."""
    if not nodes or not changed:
        return False
    if EVERYTHING in changed:
        return True
    whole = {node[:-2] for node in changed if node.endswith(":*")}
    read_whole = {node[:-2] for node in nodes if node.endswith(":*")}
    return (
        any(node in changed for node in nodes)
        or any(node.partition(":")[0] in whole for node in nodes)
        or (bool(read_whole) and any(node.partition(":")[0] in read_whole for node in changed))
    )
