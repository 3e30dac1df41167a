"""The sources as they would hash if something renamed still had its old name.

    >>> renames = Renames({"lab.methods": "tool.methods", "lab.nets:build": "lab.nets:make"})
    >>> renames.node("lab.methods.gram:accumulate"), renames.node("lab.nets:build")
    ('tool.methods.gram:accumulate', 'lab.nets:make')

A rename changes the text of whoever imports the thing, so hashes alone cannot tell it from an edit. Here each file is
read twice: as it is, which says who uses whom, and with the old names put back into the syntax tree (`old_names`),
which says what the hashes were. Where these equal what a record holds, symbol by symbol, nothing but names has changed.

Equal hashes are not enough where names could mean two things. Such a symbol gets no hash, and `doubts` says why:
- its text could not be put back, or uses something else once it is;
- an old name still means something in the sources that were read: what was copied, or swapped, cannot be told from what
  was renamed;
- it moved to another module, and a name that it uses may have meant something else where it was;
- it, or anything it is used with, looks names up while it runs (`lookups`), or is handed to a decorator that may.

What is beyond this: the texts that Python makes of a function or a class (`repr`), and libraries that look for names
themselves.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tpdl.fingerprint.canonical import Function
from tpdl.fingerprint.lookups import Lookup, lookups, shows_its_name
from tpdl.fingerprint.marks import mark
from tpdl.fingerprint.old_names import OldNames, Restorer, free_names, owned
from tpdl.fingerprint.steps import without_step_decorators
from tpdl.fingerprint.summary import Event, Summary, summarise

_BUILTINS = frozenset(dir(builtins))


class Renames(OldNames):
    """Renames, and the proof of what followed them: hand it to `Sources`, whose closures then have the old names."""

    def __init__(self, old_names: Mapping[str, str]) -> None:
        super().__init__(old_names)
        self.doubts: dict[str, str] = {}
        """Old name of a symbol -> why nothing is proven of it; filled while closures are computed."""
        self._unclear: dict[str, str] = {}
        """Node -> why its text says nothing."""
        self._changed: set[str] = set()
        """Nodes with another hash under the old names."""
        self._classes: set[str] = set()
        self._lookups: dict[str, list[Lookup]] = {}
        """Node, or "module:" for all of a module -> the lookups in it."""
        self._watched: set[str] = set()
        """Nodes with a decorator that may see their names."""
        self._images: dict[str, str] = {}
        """What a renamed module or symbol that was read was called -> what it is called."""
        self._mentioned: dict[str, str] = {}
        """Everything that the files that were read define or mention, with dots -> where."""
        self._starred: set[str] = set()
        """Modules with an `import *`."""
        self._exported: set[str] = set()
        """Old names of what a module merely imports, for others to import from it."""
        self._free: dict[str, dict[str, list[str]]] = {}
        """Node that moved to another module -> the names that it uses there, and what they mean (old, with dots)."""

    def closure(self, hashes: Mapping[str, str]) -> dict[str, str]:
        """A closure under the old names. What nothing is proven of has an empty hash."""
        doubts = dict(self._doubts(hashes))
        found: dict[str, str] = {}
        for node, sha in hashes.items():
            old = self.node(node)
            if old in found:
                doubts[node] = "has the old name of another"
            if node in doubts:
                self.doubts[old] = doubts[node]
            found[old] = "" if node in doubts else sha
        return dict(sorted(found.items()))

    def summary(self, text: bytes, module: str, is_package: bool, hidden: Collection[str] = ()) -> Summary:
        """What a file says, with the hashes that it would have under the old names."""
        found = summarise(text, module, is_package, hidden)
        if found.get("error"):
            return found
        tree = mark(ast.parse(text), hidden)
        for owner, lookup in lookups(tree, self.old_names.values()):
            self._lookups.setdefault(f"{module}:{owner}", []).append(lookup)
        for owner, statement in owned(tree):
            if isinstance(statement, Function):
                statement = without_step_decorators(statement, found["imports"])
            if shows_its_name(statement):
                self._watched.add(f"{module}:{owner}")
        package = module if is_package else module.rpartition(".")[0]
        self._note(found, module)
        for owner, statement in owned(tree):
            self._note_moved(found, module, owner, free_names(statement, package))
        names = Restorer(self, module, package)
        before = summarise(names.restore(tree), self.module(module), is_package, hidden)
        self._take_over(found, before, names, module)
        return found

    def _note(self, found: Summary, module: str) -> None:
        """Remember what the file defines and mentions."""
        old_module = self.module(module)
        if old_module != module:
            self._images[old_module] = module
        for name, symbol in found["symbols"].items():
            old = self.node(f"{module}:{name}")
            if old != f"{old_module}:{name}":
                self._images[old.replace(":", ".")] = f"{module}:{name}"
            if symbol["kind"] == "class":
                self._classes.add(f"{module}:{name}")
        for name in found["imports"]:
            if (old := self.node(f"{module}:{name}")) != f"{old_module}:{name}":
                self._images[old.replace(":", ".")] = f"{module}:{name}"
                self._exported.add(old)
        named = {
            target for part in _parts(found) for ref in _references(part) for target in _targets(ref, found, module)
        }
        defined = {f"{module}.{name}" for name in (*found["symbols"], *found["imports"])}
        loaded = {load.replace(":", ".") for load in (*found["loads"], *found["stars"])}
        for name in named | defined | loaded | {load for part in _parts(found) for load in part["loads"]}:
            self._mentioned.setdefault(name.replace(":", ".").rstrip("."), module)
        if found["stars"]:
            self._starred.add(module)

    def _note_moved(self, found: Summary, module: str, owner: str, names: Iterable[str]) -> None:
        """Remember what the names mean that something uses which came from another module."""
        old_module = self.node(f"{module}:{owner}").partition(":")[0]
        if old_module == self.module(module):
            return
        for name in set(names) - {owner}:
            known = name in found["symbols"] or name in found["imports"]
            meant = [self.dotted(target) for target in _targets(name, found, module)] if known else []
            self._free.setdefault(f"{module}:{owner}", {})[name] = meant

    def _take_over(self, found: Summary, before: Summary, names: Restorer, module: str) -> None:
        """Give everything in `found` the hash that it has in `before`, if it is certain that both say the same."""
        unclear = {}
        for name, symbol in found["symbols"].items():
            node = f"{module}:{name}"
            old = names.symbol(name)
            was = before["symbols"].get(old)
            if was is None or old != self.node(node).partition(":")[2]:
                unclear[node] = "cannot be given its old name, which means something else there"
                continue
            if not names.uncertain.isdisjoint({"", name.partition(".")[0]}):
                unclear[node] = "has a name that cannot be put back, since it may mean something else there"
            if not self._same_meaning(symbol, found, was, before, names, module):
                unclear[node] = "uses something else under the old names"
            if symbol["hash"] != was["hash"]:
                self._changed.add(node)
            _take_hashes(symbol, was)
        events = self._in_old_order(found["events"], before["events"])
        if "" in names.uncertain:
            unclear[f"{module}:<import>"] = "has a name that cannot be put back, since it may mean something else there"
        elif events is None or not all(
            self._same_meaning(event, found, was, before, names, module) for event, was in events
        ):
            unclear[f"{module}:<import>"] = "does something else under the old names"
        for event, old_event in events or ():
            if event["hash"] != old_event["hash"]:
                self._changed.add(f"{module}:<import>")
            event["hash"] = old_event["hash"]
        if events is not None:
            found["written"], found["events"] = found["events"], [event for event, _ in events]
        if unclear:
            unclear[f"{module}:*"] = next(iter(unclear.values()))
        if found["hash"] != before["hash"]:
            self._changed.add(f"{module}:*")
        _take_hashes(found, before)
        self._unclear |= unclear

    def _in_old_order(self, now: list[Event], before: list[Event]) -> list[tuple[Event, Event]] | None:
        """What happens on import, beside what it was; an import sorter may have put imports in another order."""
        todo = list(now)
        pairs = []
        for old in before:
            for event in todo:
                loads = {self.dotted(load.replace(":", ".")) for load in event["loads"]}
                same = "acts" in event or loads == {load.replace(":", ".") for load in old["loads"]}
                if ("acts" in event) == ("acts" in old) and same:
                    pairs.append((event, old))
                    todo.remove(event)
                    break
            else:
                return None
        return None if todo else pairs

    def _same_meaning(self, part: Any, found: Summary, was: Any, before: Summary, names: Restorer, module: str) -> bool:
        """Whether both use the same things, as far as the file says."""
        now = {self.dotted(t) for ref in _references(part) for t in _targets(ref, found, module)}
        old = set()
        for ref in _references(was):
            first, dot, rest = ref.partition(".")
            if ":" not in ref and first in before["symbols"]:
                old.add(self.dotted(f"{module}.{names.present(first)}{dot}{rest}"))
            else:
                old |= set(_targets(ref, before, self.module(module)))
        return now == old

    def _doubts(self, hashes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """(node, why nothing is proven of it)."""
        old = {node: self.node(node) for node in hashes}
        renamed = [node for node in hashes if old[node] != node]
        if not renamed and self._changed.isdisjoint(_family(hashes)):
            return
        for node in hashes:
            unclear = self._unclear.get(node) or self._unclear.get(_family([node])[0])
            if why := unclear or self._looks_up(node, hashes, renamed) or self._holds_renamed(node, old[node]):
                yield node, why
        for node in renamed:
            if why := self._still_there(old[node]) or self._caught(node, old.values()):
                yield node, why
            elif node in self._watched and node.rpartition(":")[2] != old[node].rpartition(":")[2]:
                yield node, "has a decorator that may see its name"
        for exported in self._exported:
            if why := self._still_there(exported):
                yield from ((node, f"uses {exported}, which {why}") for node in self._changed.intersection(hashes))

    def _looks_up(self, node: str, hashes: Mapping[str, str], renamed: Iterable[str]) -> str:
        """Why a lookup in `node` may find something else."""
        module, _, name = node.partition(":")
        owners = [name.partition(".")[0], ""]
        if name == "*":
            owners = [key.partition(":")[2] for key in self._lookups if key.startswith(f"{module}:")]
        for lookup in [each for owner in owners for each in self._lookups.get(f"{module}:{owner}", [])]:
            match lookup.matters:
                case "own module":
                    concerned = self.node(node).partition(":")[0] != module
                case "module":
                    concerned = any(self.node(each).partition(":")[0] != each.partition(":")[0] for each in hashes)
                case kind:
                    concerned = any(
                        self.node(each).partition(":")[2] != each.partition(":")[2]
                        and (kind == "symbol" or each in self._classes)
                        for each in renamed
                    )
            if concerned:
                return f"{lookup.text}, so the new name may matter"
        return ""

    def _holds_renamed(self, node: str, old: str) -> str:
        """All of a module counts where names are looked up in it; then its names matter."""
        if not node.endswith(":*"):
            return ""
        modules = {node[:-2], old[:-2]}
        for pair in self.old_names.items():
            if any(name.replace(":", ".").rpartition(".")[0] in modules for name in pair):
                return f"is used as a whole, so the name of {pair[0]} may matter"
        return ""

    def _still_there(self, old: str) -> str:
        """Where the old name of something renamed still means something."""
        module, _, name = old.partition(":")
        for image in (module, f"{module}.{name.partition('.')[0]}"):
            if image in self._images:
                for mentioned, where in self._mentioned.items():
                    if mentioned == image or mentioned.startswith(f"{image}."):
                        return f"is {self._images[image]} now, but {where} still has {mentioned}"
                    source, _, last = mentioned.rpartition(".")
                    if source in self._starred and last in self.symbols():
                        return f"may be {mentioned}, which {where} has, by an import of *"
        return ""

    def _caught(self, node: str, old_nodes: Iterable[str]) -> str:
        """A name that something moved uses, and that may have meant something else in the module that it came from."""
        for name, meant in self._free.get(_top(node), {}).items():
            others = [each for each in old_nodes if _top(each).partition(":")[2] == name]
            others = [each for each in others if _top(each).replace(":", ".") not in meant]
            if others or (meant and name in _BUILTINS):
                return f"moved, and {name} may have been {others[0] if others else 'a builtin'} where it was"
        return ""


def _take_hashes(part: Any, was: Any) -> None:
    for key in ("hash", "ordered", "full"):
        part.pop(key, None)
        if key in was:
            part[key] = was[key]


def _parts(summary: Summary) -> list[Any]:
    return [*summary["symbols"].values(), *summary["events"]]


def _references(part: Mapping[str, Any]) -> set[str]:
    """Everything that a piece of source refers to."""
    return {*part["refs"], *([part["alias"]] if "alias" in part else [])}


def _targets(reference: str, summary: Summary, module: str) -> list[str]:
    """What a reference stands for as far as its file says, with dots alone."""
    if ":" in reference:
        return [reference.replace(":", ".").rstrip(".")]
    first, dot, rest = reference.partition(".")
    if first in summary["symbols"]:
        return [f"{module}.{reference}"]
    imported = summary["imports"].get(first)
    if imported:
        return [target.replace(":", ".").rstrip(".") + dot + rest for target in imported]
    return [reference]


def _family(nodes: Iterable[str]) -> list[str]:
    """The nodes, with "module:<import NAME>" as "module:<import>"."""
    return [f"{node.partition(':')[0]}:<import>" if ":<import" in node else node for node in nodes]


def _top(node: str) -> str:
    """ "module:Class" for "module:Class.method"."""
    module, _, name = node.partition(":")
    return f"{module}:{name.partition('.')[0]}"
