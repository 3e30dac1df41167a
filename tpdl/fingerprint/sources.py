"""The project's sources: which symbols does a function use, with what content; and which steps are declared.

Example:
    sources = Sources(Path("my-report"))
    sources.declarations()[0].qualname                       # "layer_cut"
    sources.closure("experiments.transfer.cuts:layer_cut")   # {"experiments.transfer.cuts:layer_cut": "5f2c…", …}
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import UserError
from tpdl.files import FileSignature
from tpdl.fingerprint.cache import SummaryCache
from tpdl.fingerprint.declarations import Declaration, read_declarations
from tpdl.fingerprint.graph import Graph
from tpdl.fingerprint.known import MARKED
from tpdl.fingerprint.modules import Modules
from tpdl.fingerprint.resolve import Resolver
from tpdl.nearest import did_you_mean

if TYPE_CHECKING:
    from tpdl.fingerprint.renames import Renames
    from tpdl.fingerprint.summary import Summary

IGNORED = ("tpdl",)
"""Modules that decide no result: the tool itself, where it lies in the project's folder."""


class Sources:
    """One look at the sources below `root`.

    Every file is read at most once, so all answers belong to one state of the tree; make a new object to look again.

    Args:
        root: the folder that imports start from.
        packages: the top-level names that are the project's; by default, all that have Python files in `root`.
        ignore: modules, with everything below them, whose code decides nothing.
        cache: a file to keep the summaries of the files in; see `save_cache`.
        renames: answer as if what was renamed still had its old name; see `tpdl.fingerprint.renames`.
    """

    def __init__(
        self,
        root: Path,
        packages: Sequence[str] | None = None,
        ignore: Sequence[str] = IGNORED,
        cache: Path | None = None,
        renames: Renames | None = None,
    ) -> None:
        self._root = root
        self._renames = renames
        self._modules = Modules(root, packages, ignore)
        self._hidden = sorted(library for library in MARKED if self._modules.is_ours(library))
        self._cache = SummaryCache(cache, self._hidden)
        self._summaries: dict[str, Summary | None] = {}
        self._resolver = Resolver(self._modules, self._summary)
        self._graph = Graph(self._resolver, self._summary, renames.node if renames else lambda node: node)
        self._closures: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
        self._loads: dict[tuple[str, tuple[str, ...]], set[str]] = {}

    def closure(self, function: str, uses: Sequence[str] = ()) -> dict[str, str]:
        """Everything of the project that decides what a function does.

        Args:
            function: "module:qualname".
            uses: what the source does not show, as "module:symbol", or "module" for everything in it.

        Returns:
            symbol -> 16 hexadecimal digits of its content, sorted. Symbols are "module:qualname",
            "module:Class.method", "module:*" for all of a module, "module:<import>" for what it does when imported, and
            "module:<import NAME>" for what it does then to an imported NAME.

        Raises:
            UserError: the function, or something in `uses`, is not in the project.
        """
        key = self._follow(function, uses)
        return dict(self._closures[key])

    def loaded(self, function: str, uses: Sequence[str] = ()) -> dict[str, str]:
        """The modules that are known to be imported for what a function does -> the files of their sources.

        Args:
            function: "module:qualname".
            uses: as for `closure`.
        """
        key = self._follow(function, uses)
        files = {module: self._modules.file(module) for module in sorted(self._loads[key])}
        return {module: file.path for module, file in files.items() if file}

    def _follow(self, function: str, uses: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """Find out what a function uses, once."""
        key = (function, tuple(uses))
        if key not in self._closures:
            start = [self._known_symbol(function)]
            for use in uses:
                start += self._declared_use(function, use)
            hashes, self._loads[key] = self._graph.closure(start)
            self._closures[key] = self._renames.closure(hashes) if self._renames else hashes
        return key

    def declarations(self) -> list[Declaration]:
        """All steps of the modules below `experiments/`, in the order of module and line.

        Raises:
            UserError: a declaration, or the file, cannot be understood without running it.
        """
        declarations: list[Declaration] = []
        for module in self._modules.below("experiments"):
            summary, file = self._summary(module), self._modules.file(module)
            if summary and file:
                declarations += read_declarations(module, file.path, summary, self._summary, self._resolver)
        return declarations

    def check_known(self, name: str) -> None:
        """Refuse "pkg.mod" or "pkg.mod:symbol" that is not there.

        Raises:
            UserError: the project has no such module, or the module no such symbol.
        """
        module, _, qualname = name.partition(":")
        if not (self._modules.is_ours(module) and self._modules.exists(module)):
            hint = did_you_mean(module, self._modules.below("experiments"), cutoff=0.7)
            raise UserError(f"there is no module {module} in this project{hint}")
        summary = self._summary(module)
        if qualname and summary is not None and qualname not in {*summary["symbols"], *summary["imports"]}:
            hint = did_you_mean(qualname, {*summary["symbols"], *summary["imports"]}, cutoff=0.7)
            raise UserError(f"there is no {qualname} in module {module} of this project{hint}")

    def save_cache(self) -> None:
        """Write the summaries of the files to the cache, if anything was learned."""
        self._cache.save(self._root)

    def _summary(self, module: str) -> Summary | None:
        """What the file of `module` says; None for what has no file or is not to be followed."""
        if module not in self._summaries:
            self._summaries[module] = self._read(module)
        return self._summaries[module]

    def _read(self, module: str) -> Summary | None:
        """The summary of a module from the cache, or of its file, which is then parsed."""
        if not self._modules.is_ours(module) or self._modules.is_ignored(module):
            return None
        file = self._modules.file(module)
        if file is None:
            return None
        path = self._root / file.path
        try:
            signature = FileSignature.of(path)  # before the file is read, so that an edit in between shows
            summary = self._cache.get(file.path, signature)
            if summary is None:
                # Imported only where there is something to parse: `tpdl status` must not wait for it.
                from tpdl.fingerprint.summary import summarise

                read = self._renames.summary if self._renames else summarise
                summary = read(path.read_bytes(), module, file.is_package, self._hidden)
                self._cache.put(file.path, signature, summary)
        except OSError as error:
            raise UserError(f"{file.path} cannot be read: {error.strerror or error}") from error
        return summary

    def _known_symbol(self, function: str) -> str:
        """The node of a step's function; all of its module, where that has a syntax error."""
        module, _, qualname = function.partition(":")
        summary = self._summary(module)
        if summary is not None and summary.get("error"):
            return f"{module}:*"
        if summary is None or qualname not in summary["symbols"]:
            raise UserError(f"there is no {qualname or 'function'} in module {module} of this project ({function})")
        return function

    def _declared_use(self, function: str, use: str) -> list[str]:
        """The nodes of something that `uses=[…]` of a step names."""
        module, colon, _ = use.partition(":")
        if self._modules.is_ours(module) and self._modules.exists(module):
            if not colon:
                return [*self._resolver.whole(module), f"{module}:"]
            nodes = [meaning.node for meaning in self._resolver.reference(module, use) if meaning.node]
            summary = self._summary(module)
            if nodes and (summary is None or summary.get("error") or f"{module}:*" not in nodes):
                return nodes
        raise UserError(f"{function}: uses={use!r} names nothing in this project; write 'module:symbol' or 'module'")
