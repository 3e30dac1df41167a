"""Which source decides what a function does, symbol by symbol, without importing anything.

    # experiments/gram.py                          # lib/kernels.py
    from lib import kernels                        SCALE = 2.0
                                                   UNUSED = 1
    @experiment(matrix={"n": [10, 20]})            def rbf(x, width=SCALE): ...
    def gram(n: int) -> dict:                      def linear(x): ...
        return {"sum": kernels.rbf(n)}             torch.set_num_threads(2)

    Sources(root).closure("experiments.gram:gram") ->
    {
        "experiments.gram:gram": "5f2c…",
        "lib.kernels:<import>": "91d0…",
        "lib.kernels:SCALE": "c3aa…",
        "lib.kernels:rbf": "07be…",
    }

Editing `rbf`, its default, `SCALE` or the number of threads changes one of these, and its name is the reason a reader
sees. Comments, docstrings, formatting, `linear`, `UNUSED`, the matrix (a parameter, compared elsewhere) and the
annotations change nothing.

What counts:

- Names are followed by Python's scoping rules through imports (also relative, conditional, inside functions,
  `import *`), re-exports and plain aliases; a class counts with its base classes and all methods, each a symbol of its
  own.
- Statements that change a module-level name (`X += 1`, `X["a"] = f`, `X.append(f)`, a loop that does) belong to that
  name. So do statements of other modules, if those are imported: `X["a"] = f`, `@register` where `register` changes
  `X`, `__init_subclass__`.
- What a module does on import besides (`torch.set_num_threads(2)`) is "module:<import>". It counts for everything that
  imports the module, directly or not; importing `a.b` also runs `a`. Assignments, definitions and imports that nobody
  uses do not count.
- Of other libraries the dotted name counts, their code and version do not.
- Annotations count in classes and under decorators that may read them, otherwise not. `if TYPE_CHECKING` and the main
  block do not.
- All of a module counts ("module:*") where the source does not tell which part: a module used as a value
  (`getattr(kernels, name)`), an unknown attribute, a module `__getattr__`, `globals()`, `eval`, a file with a syntax
  error. For a package: everything below it.

What the source does not show, and `uses=["module:symbol"]` (or "module", for everything in it) declares:

- `importlib.import_module(name)` with a computed name; methods of an object whose class is never named, because it came
  as an argument;
- a registration through a function that is handed the table; `_ = call()` made only for its effect.

Not seen, and without a cure here: `__doc__` and annotations of functions read at run time, the order of statements that
belong to different names, files that are read (declare them as data), the environment, compiled modules.
`tpdl.run.trace` shows which functions a call really executes.
"""

from tpdl.fingerprint.declarations import REQUIRED, Declaration
from tpdl.fingerprint.sources import IGNORED, Sources

__all__ = ["IGNORED", "REQUIRED", "Declaration", "Sources"]
