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
sees. So does `from lib import kernels` pointed at another module. Comments, docstrings, formatting, `linear`, `UNUSED`,
the matrix (compared elsewhere) and the annotations change nothing.

What counts:

- A symbol's source, and *what each name in it is bound to*: module and symbol, followed by Python's scoping rules
  through imports (also relative, conditional, inside functions, `import *`), re-exports and plain aliases. Outside of
  the project it is the dotted name; code and version of other libraries do not count. A class counts with its base
  classes and all methods, each a symbol of its own. Where a name is bound or changed more than once, so does the order.
- *Whatever happens at import, unless it is provably harmless.* `acts` knows a short list of forms that cannot matter:
  new names for values made of literals, names, operators, comprehensions and calls; definitions; imports. `known` lists
  which calls, decorators and base classes of other libraries are harmless, by what they are bound to. `importing`
  follows calls into the project's own functions. Everything else is "module:<import>", in order, and counts for
  everything that imports the module, directly or not; importing `a.b` also runs `a`.
- What is shown to change one object alone counts for those who use it, as "module:<import NAME>": `X["a"] = f` and
  `@register`, where X was made where its name is bound, so that nobody can know the object by another name.
- *The order of imports, where it can matter.* Where something that is loaded binds names of other modules anew, changes
  what others read while they are imported, or imports in a circle, "module:<import order>" is the sequence of what
  changes and what reads, see `import_order`. Loading `pkg.f` binds the name `f` of `pkg`: if the package means
  something else by it, both count. "module:<not imported>" is one that is mentioned, and that nothing imports. For an
  import that may fail without harm, "module:<imports>" says what would make it fail.
- Annotations count in classes and under decorators that may read them; for a step that reads some (`__annotations__`,
  `inspect`, `get_type_hints`), all do, and docstrings too. `if TYPE_CHECKING`, where it is typing's, and the main block
  do not.
- All of a module counts ("module:*") where the source does not tell which part: a module used as a value
  (`getattr(kernels, name)`), an unknown attribute, a module `__getattr__`, `globals()`, `eval`, a file with a syntax
  error. For a package: everything below it. `sys.modules[name]` widens to all modules that were loaded, and
  `__subclasses__()` to all derived classes in them.

What the source does not show, and `uses=["module:symbol"]` (or "module", for everything in it) declares:

- `importlib.import_module(name)` with a computed name, before the step has ever run; methods of an object whose class
  is never named, because it came from a library.

Which modules and files a step really opens is seen while it runs; see `tpdl.run.observed`. Not seen, and without a cure
here: comments and line numbers that are read (`inspect.getsource`), the environment, what a library does with the
functions it is given, harmless statements that fail at import, `typing.TYPE_CHECKING = True`.
`docs/concepts/limits.md` has an example of each. `tpdl.run.trace` shows which functions a call really executes.
"""

from tpdl.fingerprint.declarations import REQUIRED, Declaration
from tpdl.fingerprint.sources import IGNORED, Sources

__all__ = ["IGNORED", "REQUIRED", "Declaration", "Sources"]
