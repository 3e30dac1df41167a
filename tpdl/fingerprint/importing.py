"""What happens when a module is imported, and for whom it counts.

    # nets.py
    from reg import TABLE, register, install
    @register                        # changes reg.TABLE: counts for those who use TABLE
    def vgg(): ...
    WIDTHS = [64, 128]               # changes nothing: counts for those who use WIDTHS
    install(vgg)                     # may do anything: counts for everybody who imports nets

The rule is the last one. A statement counts for fewer only where it is shown what it changes: all that it calls is
known, or is a function of the project whose body is shown to be harmless in the same way; and what is changed can be
known by one name alone, since it was made where that name is bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tpdl.fingerprint.known import (
    BUILTINS,
    CACHING_DECORATORS,
    CHANGING_METHODS,
    CONFINED_DECORATORS,
    CONFINED_METACLASSES,
    PURE_CALLS,
    READING_METHODS,
    confined_base,
    confined_decorator,
)
from tpdl.fingerprint.resolve import Found, Resolver

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Event, Summary, Symbol

_MAKING = ("__new__", "__setattr__", "__getattribute__", "__getattr__", "__del__", "__init_subclass__", "__set_name__")
"""Methods of a class that make it unclear what making one of its objects does."""


class _Anything(Exception):
    """It cannot be told what is changed."""


@dataclass
class ImportTime:
    """What importing a module does to the rest of the project."""

    everybody: list[Event] = field(default_factory=list)
    """What may change anything, and the imports among it, in order."""
    some: dict[str, list[Event]] = field(default_factory=dict)
    """Node -> the statements that change it and nothing that cannot be told, with those of `everybody`, in order."""
    effects: list[bool] = field(default_factory=list)
    """For each event of the module: whether it changes anything."""
    labels: dict[str, str] = field(default_factory=dict)
    """Node -> what it is called in the module that changes it."""
    mutated: set[str] = field(default_factory=set)
    """The nodes of which it changes the objects that they stand for."""


@dataclass
class Changes:
    """What a statement is shown to change."""

    mutated: set[str] = field(default_factory=set)
    """Nodes whose objects it changes."""
    bound: set[str] = field(default_factory=set)
    """Nodes whose names it binds anew: `lib.f = faster`."""

    @property
    def everything(self) -> set[str]:
        """All of these."""
        return self.mutated | self.bound


class Importing:
    """Finds out what the imports of a project's modules do.

    Args:
        resolver: says what a reference in a module means.
        summary: asked for what the file of a module says.
        called: what a node goes by in names and hashes.
    """

    def __init__(
        self, resolver: Resolver, summary: Callable[[str], Summary | None], called: Callable[[str], str]
    ) -> None:
        self._resolver = resolver
        self._summary = summary
        self._called = called
        self._import_times: dict[str, ImportTime] = {}
        self._plain: dict[tuple[str, str, bool], bool] = {}
        self._loaded: dict[str, frozenset[str]] = {}
        self._effects: dict[str, bool] = {}
        self._places: dict[str, dict[str, list[str]]] = {}
        self._circles: dict[str, frozenset[str]] = {}
        self._changes: dict[tuple[str, int], Changes | None] = {}
        self._led_to: dict[str, frozenset[str]] = {}

    def of(self, module: str) -> ImportTime:
        """What importing a module does, apart from what the modules do that it imports."""
        if module not in self._import_times:
            self._import_times[module] = self._find_out(module)
        return self._import_times[module]

    def everybody(self, module: str) -> list[Event]:
        """What counts for everybody who imports the module, in order.

        An import among it matters where its order does: there is something else, or another import with an effect.
        """
        events = self.of(module).everybody
        done = [event for event in events if "acts" in event]
        loads = [event for event in events if "acts" not in event and self.has_effects(event)]
        if not done and len({self.loaded_module(event) for event in loads}) < 2:
            return []
        return [event for event in events if "acts" in event or event in loads]

    def places(self, module: str, name: str) -> list[str]:
        """For a symbol that reads something of the project when it is made: after which effects and imports that is."""
        if module not in self._places:
            summary = self._summary(module)
            events = summary["events"] if summary else []
            done = self.of(module).effects
            barriers = [
                effect or ("acts" not in event and self.has_effects(event))
                for effect, event in zip(done, events, strict=True)
            ]
            places: dict[str, list[str]] = {}
            for at, event in enumerate(events if any(barriers) else ()):
                # an effect that belongs to the name itself stands among what the name's own text says
                before = sum(
                    barrier and not set(event["names"]) & set(events[other]["names"])
                    for other, barrier in enumerate(barriers[:at])
                )
                if before and event["names"] and self.reads_something(module, event):
                    for each in event["names"]:
                        places.setdefault(each, []).append(f"after {before}")
            self._places[module] = places
        return self._places[module].get(name, [])

    def reads_something(self, module: str, event: Event) -> bool:
        """Whether a statement's result may depend on what was changed before: it reads data, or calls something."""
        acts: dict[str, Any] = event.get("acts", {})
        calls = [*acts.get("calls", ()), *acts.get("decorators", ()), *acts.get("factories", ())]
        if acts.get("unknown") or any(found.node for call in calls for found in self._resolver.reference(module, call)):
            return True
        meant = [self._symbol(f.node) for use in acts.get("uses", ()) for f in self._resolver.reference(module, use)]
        return any(symbol and symbol["kind"] == "data" for symbol in meant)

    def loaded_module(self, event: Event) -> str:
        """The module of the project that an import executes, "" for others."""
        return self._resolver.loads(event["loads"][0]) or ""

    def _find_out(self, module: str) -> ImportTime:
        result = ImportTime()
        summary = self._summary(module)
        events = summary["events"] if summary else []
        changes: list[tuple[Event, frozenset[str] | None]] = []
        for event in events:
            shown = self.changed(module, event) if "acts" in event else None
            changed = None if shown is None else frozenset(shown.everything)
            result.mutated |= shown.mutated if shown else set()
            if changed is None:
                result.everybody.append(event)
            changes.append((event, changed))
            result.effects.append("acts" in event and changed != frozenset())
        for node in {node for _, changed in changes if changed for node in changed}:
            result.some[node] = [e for e, changed in changes if "acts" in e and (changed is None or node in changed)]
        for node, own in result.some.items():
            written = [ref for event in own for ref in self._direct(module, event, node)]
            result.labels[node] = written[0] if written else self._called(node).replace(":", ".")
        return result

    def _direct(self, module: str, event: Event, node: str) -> Iterator[str]:
        """How a statement that changes a node calls it."""
        acts: dict[str, Any] = event.get("acts", {})
        for reference in [*acts.get("items", ()), *acts.get("sets", ()), *acts.get("calls", ())]:
            for found in self._resolver.reference(module, reference):
                if found.node == node:
                    yield reference.rpartition(".")[0] if found.rest else reference

    def has_effects(self, event: Event) -> bool:
        """Whether an import, or what it imports in turn, does anything."""
        loaded = self.loaded_module(event)
        if loaded not in self._effects:
            import_times = [self.of(module) for module in self.load_closure(loaded)]
            self._effects[loaded] = any(
                each.some or any("acts" in event for event in each.everybody) for each in import_times
            )
        return self._effects[loaded]

    def load_closure(self, module: str) -> frozenset[str]:
        """All modules that are executed when a module is imported for the first time."""
        if module not in self._loaded:
            seen: set[str] = set()
            todo = [module]
            while todo:
                each = todo.pop()
                if each and each not in seen:
                    seen.add(each)
                    summary = self._summary(each)
                    todo += [self._resolver.loads(load) or "" for load in (summary["loads"] if summary else ())]
                    todo.append(each.rpartition(".")[0])
            self._loaded[module] = frozenset(seen)
        return self._loaded[module]

    def tried(self, module: str) -> list[str]:
        """What a module tries to import, and does without if that fails."""
        summary = self._summary(module)
        return [event["loads"][0] for event in (summary["events"] if summary else ()) if event.get("tried")]

    def acts(self, module: str) -> bool:
        """Whether importing the module itself changes anything."""
        return any(self.of(module).effects)

    def circle(self, module: str) -> frozenset[str]:
        """The modules that this one imports, and that import it, directly or not.

        That a package is executed before what lies in it makes no circle: there is only one order.
        """
        if module not in self._circles:
            self._circles[module] = frozenset(
                each for each in self._explicit(module) if each != module and module in self._explicit(each)
            )
        return self._circles[module]

    def _explicit(self, module: str) -> frozenset[str]:
        """All modules that import statements lead to."""
        if module not in self._led_to:
            seen: set[str] = set()
            todo = [module]
            while todo:
                each = todo.pop()
                if each not in seen:
                    seen.add(each)
                    summary = self._summary(each)
                    loads = [self._resolver.loads(load) or "" for load in (summary["loads"] if summary else ())]
                    todo += [load for load in loads if load and not each.startswith(f"{load}.")]
            self._led_to[module] = frozenset(seen)
        return self._led_to[module]

    def has_effect(self, module: str, event: Event) -> bool:
        """Whether a statement may change anything besides the symbols it belongs to."""
        changed = self.changed(module, event)
        return changed is None or bool(changed.everything)

    def changed(self, module: str, event: Event) -> Changes | None:
        """What a statement changes besides the symbols it belongs to; None where it may be anything."""
        key = (module, id(event))
        if key not in self._changes:
            self._changes[key] = self._changed(module, event)
        return self._changes[key]

    def _changed(self, module: str, event: Event) -> Changes | None:
        try:
            changed = self._all_changes(module, event.get("acts", {}))
        except _Anything:
            return None
        if event.get("bare") and not changed.everything:
            return None  # it is there for something
        own = {f"{module}:{name}" for name in event["names"]}
        return Changes(changed.mutated - own, changed.bound - own)

    def _all_changes(self, module: str, acts: dict[str, Any]) -> Changes:
        """The symbols that running a piece of code changes. What it calls is followed, each function once."""
        changed = Changes()
        is_enum = methods = False
        seen: list[tuple[str, dict[str, Any]]] = []
        todo = [(module, acts)]
        while todo:
            where, piece = todo.pop()
            if (where, piece) in seen:
                continue
            seen.append((where, piece))
            if piece.get("unknown") or not all(self._is_plain(where, use) for use in piece.get("uses", ())):
                raise _Anything
            if not all(self._is_plain(where, use, through=True) for use in piece.get("through", ())):
                raise _Anything
            for call in piece.get("calls", ()):
                todo += self._call(where, call, changed)
            for decorator in piece.get("decorators", ()):
                todo += self._decorator(where, decorator)
            for factory in piece.get("factories", ()):
                todo += self._factory(where, factory)
            for base in piece.get("bases", ()):
                todo += self._base(where, base)
                found = self._resolver.reference(where, base.removesuffix("[]"))
                is_enum |= any(each.opaque.startswith("enum.") for each in found)
            methods |= bool(piece.get("methods"))
            for metaclass in piece.get("metaclasses", ()):
                self._metaclass(where, metaclass)
            self._written(where, piece, changed)
        if is_enum and methods:
            raise _Anything  # an enumeration makes its members when it is made itself
        return changed

    def _written(self, module: str, piece: dict[str, Any], changed: Changes) -> None:
        """Enter what a piece of code itself writes to."""
        for reference in piece.get("items", ()):
            for found, symbol in self._meant(module, reference):
                if symbol is None or found.rest or not _is_fresh(symbol, ("data",)):
                    raise _Anything
                changed.mutated.add(found.node)
        for reference in piece.get("sets", ()):
            for found, symbol in self._meant(module, reference):
                if symbol is None or len(found.rest) > 1:
                    raise _Anything
                if found.rest and not (_is_fresh(symbol, ("def", "class")) and self._class_is_plain(found.node)):
                    raise _Anything
                (changed.mutated if found.rest else changed.bound).add(found.node)
        for name in piece.get("rebinds", ()):
            if self._symbol(f"{module}:{name}") is None:
                raise _Anything
            changed.bound.add(f"{module}:{name}")

    def _meant(self, module: str, reference: str) -> list[tuple[Found, Symbol | None]]:
        """What a reference means; of an alias, what it is an alias of.

        Raises:
            _Anything: it cannot be told.
        """
        every = self._resolver.reference(module, reference)
        found = [(each, self._symbol(each.node)) for each in every]
        if len(found) > 1:
            found = [(each, symbol) for each, symbol in found if not (symbol and "alias" in symbol and not each.bound)]
        if not found or any(each.node.endswith(":*") for each, _ in found):
            raise _Anything
        return found

    def _call(self, module: str, reference: str, changed: Changes) -> Iterator[tuple[str, dict[str, Any]]]:
        """The code that a call runs."""
        if not self._resolver.reference(module, reference) and f"builtins.{reference}" in PURE_CALLS:
            return
        for found, symbol in self._meant(module, reference):
            if found.opaque:
                if found.opaque not in PURE_CALLS:
                    raise _Anything
            elif symbol is None:
                raise _Anything
            elif not found.rest and symbol["kind"] == "class":
                yield from self._making(found.node)
            elif not found.rest:
                if self._is_cached(found.node):
                    changed.mutated.add(found.node)
                yield self._body(found, symbol)
            elif len(found.rest) == 1 and _is_fresh(symbol, ("data",)):
                if found.rest[0] in CHANGING_METHODS:
                    changed.mutated.add(found.node)
                elif found.rest[0] not in READING_METHODS:
                    raise _Anything
            else:
                raise _Anything

    def _is_cached(self, node: str) -> bool:
        """Whether a function keeps what it has returned."""
        symbol = self._symbol(node)
        acts: dict[str, Any] = symbol.get("acts", {}) if symbol else {}
        decorators = [*acts.get("decorators", ()), *acts.get("factories", ())]
        found = [each for ref in decorators for each in self._resolver.reference(node.partition(":")[0], ref)]
        return any(each.opaque in CACHING_DECORATORS for each in found)

    def _body(self, found: Found, symbol: Symbol) -> tuple[str, dict[str, Any]]:
        """The body of a function that is surely called."""
        if found.rest or symbol["kind"] != "def" or symbol.get("decorated") or symbol.get("patched"):
            raise _Anything
        return found.node.partition(":")[0], symbol.get("body", {})

    def _decorator(self, module: str, reference: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The code that `@reference` runs."""
        if not self._resolver.reference(module, reference) and f"builtins.{reference}" in CONFINED_DECORATORS:
            return
        for found, symbol in self._meant(module, reference):
            if found.opaque:
                if not confined_decorator(found.opaque):
                    raise _Anything
            elif symbol is None:
                raise _Anything
            else:
                yield self._body(found, symbol)

    def _factory(self, module: str, reference: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The code that `@reference(…)` runs: the function, and the one that it returns."""
        for found, symbol in self._meant(module, reference):
            if found.opaque:
                if not confined_decorator(found.opaque):
                    raise _Anything
            elif symbol is None or ("inner" not in symbol and "body" not in symbol):
                raise _Anything
            else:
                yield self._body(found, symbol)
                if "inner" not in symbol:
                    raise _Anything
                yield found.node.partition(":")[0], symbol["inner"]

    def _base(self, module: str, reference: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The code that deriving a class from another one runs."""
        name = reference.removesuffix("[]")
        if not self._resolver.reference(module, name) and name in BUILTINS:
            return
        for found, symbol in self._meant(module, name):
            if found.opaque:
                if not confined_base(found.opaque):
                    raise _Anything
                continue
            if symbol is None or symbol["kind"] != "class" or found.rest or symbol.get("patched"):
                raise _Anything
            source, _, qualname = found.node.partition(":")
            members = set(symbol.get("members", ()))
            if name != reference and f"{qualname}.__class_getitem__" in members:
                raise _Anything
            if f"{qualname}.__init_subclass__" in members:
                hook = self._symbol(f"{found.node}.__init_subclass__")
                yield source, hook.get("body", {}) if hook else {"unknown": True}
            acts = symbol.get("acts", {})
            for metaclass in acts.get("metaclasses", ()):
                self._metaclass(source, metaclass)
            yield source, {"bases": acts.get("bases", []), "methods": acts.get("methods", [])}

    def _metaclass(self, module: str, reference: str) -> None:
        if not self._resolver.reference(module, reference) and f"builtins.{reference}" in CONFINED_METACLASSES:
            return
        for found, _ in self._meant(module, reference):
            if found.opaque not in CONFINED_METACLASSES:
                raise _Anything

    def _making(self, node: str, derived: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
        """The code that making an object of a class runs."""
        symbol = self._symbol(node)
        module = node.partition(":")[0]
        acts: dict[str, Any] = symbol.get("acts", {}) if symbol else {}
        members = symbol.get("members", ()) if symbol else ()
        if symbol is None or acts.get("unknown") or acts.get("metaclasses") or node in derived or symbol.get("patched"):
            raise _Anything
        for decorator in [*acts.get("decorators", ()), *acts.get("factories", ())]:
            if {found.opaque for found, _ in self._meant(module, decorator)} != {"dataclasses.dataclass"}:
                raise _Anything
            if any(call.rpartition(".")[2] == "field" for call in acts.get("calls", ())):
                raise _Anything  # its default_factory is called
        if not all(self._is_of_library(module, call) for call in acts.get("calls", ())):
            raise _Anything  # a descriptor, perhaps
        for member in members:
            method = self._symbol(f"{module}:{member}")
            name = member.rpartition(".")[2]
            if method is None or name in _MAKING or (name in ("__init__", "__post_init__") and method.get("decorated")):
                raise _Anything
            if method.get("setter"):
                raise _Anything  # `self.x = v` may run it
            if name.startswith("__") or (name.startswith("_") and name.endswith("_")) or method.get("accessor"):
                yield module, method.get("body", {})  # operators, `str` and `with` may call it
        for base in acts.get("bases", ()):
            if not self._resolver.reference(module, base) and base in BUILTINS:
                continue
            for found, other in self._meant(module, base):
                if found.opaque in ("typing.Generic", "typing.Protocol", "abc.ABC", "typing.NamedTuple", "enum.Enum"):
                    continue
                if other is None or found.rest or other["kind"] != "class":
                    raise _Anything
                yield from self._making(found.node, (*derived, node))

    def _is_plain(self, module: str, reference: str, through: bool = False) -> bool:
        """Whether reading, calling operators of, or going through something runs none of the project's code.

        Args:
            module: where the reference stands.
            reference: what is read.
            through: it is gone through, too, which uses an iterator up.
        """
        key = (module, reference, through)
        if key not in self._plain:
            self._plain[key] = True  # in a circle of names it depends on the others
            found = self._resolver.reference(module, reference)
            self._plain[key] = all(self._found_is_plain(each, through) for each in found)
        return self._plain[key]

    def _found_is_plain(self, found: Found, through: bool) -> bool:
        if found.opaque or found.is_module:
            return True
        symbol = self._symbol(found.node)
        if symbol is None:
            return False
        module = found.node.partition(":")[0]
        if symbol["kind"] == "class":
            asks = bool(found.rest)
            return self._class_is_plain(found.node) and not (
                asks and (symbol.get("decorated") or not self._attributes_are_plain(found.node))
            )
        if symbol["kind"] == "def":
            return not (found.rest and symbol.get("decorated"))
        if through and symbol.get("iterator"):
            return False
        acts = symbol.get("acts", {})
        for reference in acts.get("calls", ()):
            meant = self._resolver.reference(module, reference)
            for other in meant:
                kind = (self._symbol(other.node) or {"kind": "?"})["kind"]
                if other.opaque == "collections.defaultdict":
                    return False  # reading it may call something
                if through and other.opaque and other.opaque not in PURE_CALLS:
                    return False  # it may be an iterator
                if not other.opaque and not (kind == "data" and other.rest):
                    return False  # made by code of the project: its operators may be, too
            if through and not meant and f"builtins.{reference}" not in PURE_CALLS:
                return False
        return not acts.get("unknown") and all(self._is_plain(module, use, through) for use in acts.get("uses", ()))

    def _is_of_library(self, module: str, reference: str) -> bool:
        return all(found.opaque for found in self._resolver.reference(module, reference))

    def _attributes_are_plain(self, node: str) -> bool:
        """Whether reading an attribute of a class runs nothing: none is a descriptor of the project's."""
        module = node.partition(":")[0]
        symbol = self._symbol(node)
        acts: dict[str, Any] = symbol.get("acts", {}) if symbol else {}
        if not all(self._is_of_library(module, call) for call in acts.get("calls", ())):
            return False
        bases = [
            found
            for base in acts.get("bases", ())
            for found in self._resolver.reference(module, base.removesuffix("[]"))
        ]
        return all(not found.node or found.node == node or self._attributes_are_plain(found.node) for found in bases)

    def _class_is_plain(self, node: str) -> bool:
        """Whether a class is an ordinary one: neither it nor a base has a metaclass of the project's."""
        todo, seen = [node], set[str]()
        while todo:
            each = todo.pop()
            symbol = self._symbol(each)
            if each in seen or symbol is None or symbol["kind"] != "class":
                continue
            seen.add(each)
            acts, module = symbol.get("acts", {}), each.partition(":")[0]
            own = {member.rpartition(".")[2] for member in symbol.get("members", ())}
            if own & {"__class_getitem__", "__subclasshook__"}:
                return False
            metaclasses = [f for ref in acts.get("metaclasses", ()) for f in self._resolver.reference(module, ref)]
            if any(found.opaque not in CONFINED_METACLASSES for found in metaclasses):
                return False
            for base in acts.get("bases", ()):
                todo += [found.node for found in self._resolver.reference(module, base.removesuffix("[]"))]
        return True

    def _symbol(self, node: str) -> Symbol | None:
        module, _, name = node.partition(":")
        summary = self._summary(module) if name else None
        return summary["symbols"].get(name) if summary else None


def _is_fresh(symbol: Symbol, kinds: Iterable[str]) -> bool:
    """Whether the object can be known by no name but this one's."""
    return symbol["kind"] in kinds and "fresh" in symbol and not symbol.get("decorated")
