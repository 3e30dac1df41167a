"""A table of edits and the symbols that each must change: exactly these, named exactly so."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fingerprint.tree import changes, closure, edit, write


class Case(NamedTuple):
    """Files, one edit, and the verdict: the symbols named, separated by commas; "" for no change."""

    name: str
    files: dict[str, str]
    edit: tuple[str, str, str]
    verdict: str
    uses: tuple[str, ...] = ()


RUN = "from lib import f\ndef run():\n    return f(1)\n"
F = "def f(x):\n    return x + 1\n"


def app(text: str, old: str, new: str, verdict: str, name: str, **files: str) -> Case:
    """A case in app.py, with other modules by name (`__` is a slash)."""
    others = {
        f"{module.replace('__', '/')}.py".replace("init.py", "__init__.py"): body for module, body in files.items()
    }
    return Case(name, {"app.py": text} | others, ("app.py", old, new), verdict)


def lib(text: str, old: str, new: str, verdict: str, name: str, run: str = RUN, **files: str) -> Case:
    """A case in lib.py, used by app.py."""
    case = app(run, old, new, verdict, name, **files)
    return case._replace(files=case.files | {"lib.py": text}, edit=("lib.py", old, new))


NOTHING_CHANGES = [
    lib(F, "return", "# why\n    return", "", "comment in a used function"),
    lib(F, "    return", '    """What."""\n    return', "", "docstring added"),
    lib('def f(x):\n    """A."""\n    return x\n', "A.", "B.", "", "docstring edited"),
    lib(F, "x + 1", "(x\n        +   1)", "", "formatting"),
    lib(F, "def f", "\n\n\ndef f", "", "blank lines"),
    lib(F, "return x + 1", "return x + 0x1", "", "same number in another notation"),
    lib('def f(x):\n    return "a"\n', '"a"', "'a'", "", "other quotes"),
    lib(F + "def g():\n    return 1\n", "return 1\n", "return 2\n", "", "unused function edited"),
    lib(F, "def f", "def unused():\n    return 3\ndef f", "", "unused function added"),
    lib(F + "class C:\n    x = 1\n", "x = 1", "x = 2", "", "unused class"),
    lib("X = 1\n" + F, "X = 1", "X = 2", "", "unused constant"),
    lib("X = len('a')\n" + F, "'a'", "'ab'", "", "unused assignment with a call of something pure"),
    lib("import os\n" + F, "import os", "import os, sys", "", "unused import"),
    lib("import numpy\n" + F, "import numpy", "import scipy", "", "other unused import"),
    lib('"""Doc."""\n' + F, "Doc", "Other", "", "module docstring"),
    lib(F + "if __name__ == '__main__':\n    print(f(1))\n", "print(f(1))", "print(f(2))", "", "main block"),
    lib(F + "if __name__ == '__main__':\n    pass\n", "pass", "import torch", "", "import in the main block"),
    lib("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n" + F, "import a", "import b", "", "type checking"),
    lib(F, "def f(x)", "def f(x: int) -> int", "", "annotations of a function"),
    lib(F, "return x + 1", "y: int = x\n    return y + 1", "lib:f", "a new local variable is code"),
    lib("def f(x):\n    y = x\n    return y\n", "y = x", "y: int = x", "", "annotation of a local variable"),
    lib("X = 3\ndef f(x):\n    return X\n", "X = 3", "X: int = 3", "", "annotation of a constant"),
    lib("def f(x):\n    return x\n", "return x", "pass\n    return x", "", "pass"),
    lib("x = 1\n" + F, "x = 1", "x = 2", "", "parameter hides a global"),
    lib("y = 1\ndef f(x):\n    y = x\n    return y\n", "y = 1", "y = 2", "", "local variable hides a global"),
    lib("i = 1\ndef f(x):\n    return [i for i in x]\n", "i = 1", "i = 2", "", "comprehension variable hides a global"),
    lib("k = 1\ndef f(x):\n    return lambda k: k\n", "k = 1", "k = 2", "", "lambda parameter hides a global"),
    lib("e = 1\ndef f(x):\n    try: x()\n    except OSError as e: return e\n", "e = 1", "e = 2", "", "except name hides"),
    lib("w = 1\ndef f(x):\n    with x as w: return w\n", "w = 1", "w = 2", "", "with name hides"),
    lib("m = 1\ndef f(x):\n    match x:\n        case [m]: return m\n", "m = 1", "m = 2", "", "match name hides"),
    lib("q = 1\ndef f(x):\n    [q := y for y in x]\n    return q\n", "q = 1", "q = 2", "", "walrus in comprehension hides"),
    lib("n = 1\ndef f(x):\n    n = x\n    def g():\n        nonlocal n\n        n = 2\n    return g\n", "n = 1", "n = 3", "",
        "nonlocal is not global"),
    lib("g = 1\ndef f(x):\n    def g(): return 2\n    return g()\n", "g = 1", "g = 3", "", "nested function hides"),
    lib("import math\nlog = 1\ndef f(x):\n    from math import log\n    return log(x)\n", "log = 1", "log = 2", "",
        "import inside the function hides"),
    lib("size = 1\nclass C:\n    size = 2\n    area = size\ndef f(x): return C\n", "size = 1", "size = 3", "",
        "class variable hides below its definition"),
    lib("def f(x):\n    return x.helper()\ndef helper(): return 1\n", "return 1", "return 2", "", "attribute of an object"),
    lib("r = 1\ndef f(x):\n    match x:\n        case {'a': 1, **r}: return r\n", "r = 1", "r = 2", "", "match rest hides"),
    lib("if 1:\n    pass\nTYPE_CHECKING = 0\nif TYPE_CHECKING:\n    A = 1\nelse:\n    A = 2\ndef f(x): return A\n", "A = 1", "A = 3", "",
        "for type checkers only"),
    lib("import typing as t\nif not t.TYPE_CHECKING:\n    A = 1\nelse:\n    A = 2\ndef f(x): return A\n", "A = 2", "A = 3", "",
        "for type checkers only, the other way round"),
    lib("from typing import overload\n@overload\ndef f(x: int): ...\ndef f(x): return 1\n", "x: int", "x: str", "", "overload"),
    lib("from typing import overload\n@overload\ndef f(x: int): ...\ndef f(x): return 1\n", "return 1", "return 2", "lib:f",
        "what is overloaded"),
    lib(F + "async def g(): pass\n", "pass", "return 1", "", "unused async function"),
]  # fmt: skip

USED_CODE_CHANGES = [
    app("def run():\n    return 1\n", "1", "2", "app:run", "the function itself"),
    lib(F, "x + 1", "x + 2", "lib:f", "a used function"),
    lib(F, "x + 1", "x + 1.0", "lib:f", "type of a literal"),
    lib("def f(x):\n    return 'a'\n", "'a'", "b'a'", "lib:f", "bytes for text"),
    lib("def f(x):\n    return 1\n", "1", "True", "lib:f", "True for 1"),
    lib("def f(x):\n    return f'{x:.2f}'\n", ".2f", ".3f", "lib:f", "format in an f-string"),
    lib("def f(x):\n    return f'{x!r}'\n", "!r", "!s", "lib:f", "conversion in an f-string"),
    lib("def f(x, y=1):\n    return y\n", "y=1", "y=2", "lib:f", "default value"),
    lib("N = 1\ndef f(x, y=N):\n    return y\n", "N = 1", "N = 2", "lib:N", "constant in a default"),
    lib("N = 1\ndef f(x, *, y=N):\n    return y\n", "N = 1", "N = 2", "lib:N", "constant in a keyword-only default"),
    lib("def f(x, /, y): return y\n", "x, /, y", "x, y", "lib:f", "positional-only marker"),
    lib("def g():\n    return 1\ndef f(x):\n    return g()\n", "1", "2", "lib:g", "function called by a used function"),
    lib("def g():\n    return 1\ndef f(x):\n    return map(g, x)\n", "1", "2", "lib:g", "function passed as a value"),
    lib("def g():\n    return 1\ndef f(x):\n    def h():\n        return g()\n    return h\n", "1", "2", "lib:g", "nested function"),
    lib("def g():\n    return 1\ndef f(x):\n    return lambda: g()\n", "1", "2", "lib:g", "lambda"),
    lib("def g():\n    return 1\ndef f(x):\n    return {g(): y for y in x}\n", "1", "2", "lib:g", "comprehension"),
    lib("x = [1]\ndef f(y):\n    return [x for x in x]\n", "[1]", "[2]", "lib:x", "first iterable is outside a comprehension"),
    lib("n = 1\ndef f(x):\n    global n\n    n = x\n    return n\n", "n = 1", "n = 2", "lib:n", "global statement"),
    lib("A = 1\nB = A + 1\ndef f(x):\n    return B\n", "A = 1", "A = 2", "lib:A", "constant behind a constant"),
    lib("A = 1\nA += 2\ndef f(x):\n    return A\n", "A += 2", "A += 3", "lib:A", "augmented constant"),
    lib("A = 1\nA = 2\ndef f(x):\n    return A\n", "A = 1", "A = 3", "lib:A", "assigned twice"),
    lib("A, B = 1, 2\ndef f(x):\n    return A\n", "2", "3", "lib:A", "tuple assignment belongs to every name"),
    lib("A = B = []\ndef f(x):\n    return A\n", "[]", "[1]", "lib:A", "chained assignment"),
    lib("T = {}\nT['a'] = 1\ndef f(x):\n    return T\n", "1", "2", "lib:T", "item of a table"),
    lib("T = {}\ndef g():\n    return 1\nT['a'] = g\ndef f(x):\n    return T\n", "return 1", "return 2", "lib:g",
        "function in a table"),
    lib("T = []\ndef g():\n    return 1\nT.append(g)\ndef f(x):\n    return T\n", "return 1", "return 2", "lib:g",
        "function appended"),
    lib("T = []\nT.append(1)\ndef f(x):\n    return T\n", "(1)", "(2)", "lib:T", "value appended"),
    lib("T = {}\nT.setdefault('a', []).append(1)\ndef f(x):\n    return T\n", "(1)", "(2)", "lib:T", "chain of calls on a table"),
    lib("T = []\nfor i in range(3):\n    T.append(i)\ndef f(x):\n    return T\n", "3", "4", "lib:T, lib:i", "filled in a loop"),
    lib("T = [1]\ndel T[0]\ndef f(x):\n    return T\n", "T[0]", "T[-1]", "lib:T", "del of an item"),
    lib("def f(x):\n    return f.n\nf.n = 1\n", "f.n = 1", "f.n = 2", "lib:f", "attribute of a function"),
    lib("class C: pass\nC.n = 1\ndef f(x):\n    return C\n", "C.n = 1", "C.n = 2", "lib:C", "attribute set on a class"),
    lib("if (n := 1) > 0:\n    pass\ndef f(x):\n    return n\n", "n := 1", "n := 2", "lib:n", "walrus at module level"),
    lib("with open('a') as h:\n    D = h.read()\ndef f(x):\n    return D\n", "'a'", "'b'", "lib:D, lib:h", "bound in a with block"),
    lib("match 1:\n    case 1:\n        M = 1\ndef f(x):\n    return M\n", "M = 1", "M = 2", "lib:M", "bound in a match block"),
    lib("K = 1\nif K:\n    A = 1\nelse:\n    A = 2\ndef f(x):\n    return A\n", "K = 1", "K = 0", "lib:K", "condition"),
    lib("import os\nif os.name:\n    def f(x): return 1\nelse:\n    def f(x): return 2\n", "return 2", "return 3", "lib:f",
        "function defined in a branch"),
    lib("if not __debug__:\n    def f(x): return 1\nelse:\n    def f(x): return 2\n", "not __debug__", "__debug__", "lib:f",
        "condition of a function"),
    lib("def deco(g):\n    return g\n@deco\ndef f(x):\n    return x\n", "return g", "return None", "lib:deco", "decorator"),
    lib("import functools\n@functools.cache\ndef f(x):\n    return x\n", "functools.cache", "functools.lru_cache", "lib:f",
        "decorator from elsewhere"),
    lib("def deco(g):\n    return g\n@deco\ndef f(x: int):\n    return x\n", "x: int", "x: str", "lib:f",
        "annotations that a decorator may read"),
    lib("import functools\n@functools.cache\ndef f(x: int):\n    return x\n", "x: int", "x: str", "", "well-known decorator"),
    lib("def f(x):\n    raise ValueError(__doc__)\n", "def", '"""New."""\ndef', "+lib:__doc__", "__doc__ in use"),
    lib('"""Old."""\ndef f(x):\n    return __doc__\n', "Old", "New", "lib:__doc__", "__doc__ edited"),
    lib("def f(x):\n    assert x > 1\n", "x > 1", "x > 2", "lib:f", "assert"),
    lib("def f(x):\n    yield 1\n", "yield", "return", "lib:f", "generator"),
    lib("def f(x):\n    try: x()\n    except OSError: pass\n", "OSError", "ValueError", "lib:f", "exception type"),
    lib("def f(x):\n    try: x()\n    except* OSError: pass\n", "except*", "except", "lib:f", "except*"),
    lib("def f(x):\n    del x\n", "del x", "return x", "lib:f", "del"),
    lib("def f(x):\n    return x[1:2]\n", "1:2", "1::2", "lib:f", "slice"),
    lib("def f(x):\n    return {**x}\n", "{**x}", "{1: x}", "lib:f", "unpacking in a dict"),
]  # fmt: skip

CLASSES = [
    lib("class C:\n    def m(self): return 1\n    def n(self): return 2\ndef f(x): return C()\n", "return 2", "return 3",
        "lib:C.n", "method"),
    lib("class C:\n    x = 1\ndef f(x): return C()\n", "x = 1", "x = 2", "lib:C", "class variable"),
    lib("class C:\n    def m(self): return 1\ndef f(x): return C.m(x)\n", "1", "2", "lib:C.m", "Class.method"),
    lib("class C:\n    def m(self): return 1\ndef f(x): return C\n", "class C:", "class C:\n    def n(self): return 3",
        "+lib:C.n", "method added"),
    lib("class C:\n    def m(self):\n        'Doc'\n        return 1\ndef f(x): return C\n", "Doc", "Dok", "", "docstring of a method"),
    lib("class C:\n    'Doc'\n    x = 1\ndef f(x): return C\n", "Doc", "Dok", "", "docstring of a class"),
    lib("class B:\n    def m(self): return 1\nclass C(B): pass\ndef f(x): return C()\n", "1", "2", "lib:B.m", "base class"),
    lib("import base\nclass C(base.B): pass\ndef f(x): return C()\n", "C(base.B)", "C(base.D)",
        "lib:C, -base:B, -base:B.m, +base:D", "other base class", base="class B:\n    def m(self): return 1\nclass D: pass\n"),
    lib("class M(type):\n    def g(cls): return 1\nclass C(metaclass=M): pass\ndef f(x): return C()\n", "1", "2", "lib:M.g",
        "metaclass"),
    lib("def g(): return 1\nclass C:\n    v = g()\ndef f(x): return C\n", "return 1", "return 2", "lib:g", "class variable's function"),
    lib("def g(): return 1\nclass C:\n    def m(self): return g()\ndef f(x): return C\n", "return 1", "return 2", "lib:g",
        "method's function"),
    lib("class C:\n    class D:\n        def m(self): return 1\ndef f(x): return C\n", "1", "2", "lib:C.D.m", "nested class"),
    lib("class C:\n    x: int\ndef f(x): return C\n", "int", "str", "lib:C", "annotation of a field"),
    lib("class C:\n    def m(self) -> int: return 1\ndef f(x): return C\n", "int", "str", "", "annotation of a method"),
    lib("class C:\n    @property\n    def p(self): return 1\n    @p.setter\n    def p(self, v): pass\ndef f(x): return C\n",
        "pass", "self.v = v", "lib:C.p", "property setter"),
    lib("v = 1\nclass C:\n    v = v\ndef f(x): return C\n", "v = 1", "v = 2", "lib:v", "class variable from the global of its name"),
    lib("m = 1\nclass C:\n    m = 2\n    def g(self): return m\ndef f(x): return C\n", "m = 1", "m = 3", "lib:m",
        "methods do not see class variables"),
    lib("class C:\n    if 1:\n        def m(self): return 1\ndef f(x): return C\n", "return 1", "return 2", "lib:C",
        "method in a branch belongs to the class"),
    lib("class C:\n    def m(self): return 1\no = C()\ndef f(x): return o.m()\n", "return 1", "return 2", "lib:C.m", "instance"),
    lib("class C: pass\ndef f(x): return C()\n", "class C", "import abc\nclass C", "", "import beside a class"),
]  # fmt: skip

IMPORTS = [
    app("import lib\ndef run(): return lib.f(1)\n", "lib.f(1)", "lib.g(1)", "app:run, -lib:f, +lib:g", "other function of a module",
        lib=F + "def g(x): return 2\n"),
    lib(F, "1", "2", "lib:f", "module alias", run="import lib as l\ndef run(): return l.f(1)\n"),
    lib(F, "1", "2", "lib:f", "name alias", run="from lib import f as g\ndef run(): return g(1)\n"),
    lib(F, "1", "2", "lib:f", "import inside the function", run="def run():\n    from lib import f\n    return f(1)\n"),
    lib(F, "1", "2", "lib:f", "module imported inside the function", run="def run():\n    import lib\n    return lib.f(1)\n"),
    lib(F, "1", "2", "lib:f", "import seen by a nested function",
        run="def run():\n    import lib as l\n    def g():\n        return l.f(1)\n    return g\n"),
    lib(F, "1", "2", "lib:f", "alias by assignment", run="import lib\nl = lib\ndef run(): return l.f(1)\n"),
    lib(F + "def g(): return 5\n", "5", "6", "", "alias of a module uses only what is asked of it",
        run="import lib\nl = lib\ndef run(): return l.f(1)\n"),
    lib(F, "1", "2", "lib:f", "function alias by assignment", run="import lib\ng = lib.f\ndef run(): return g(1)\n"),
    Case("relative import", {"app.py": "from pkg.a import f\ndef run(): return f(1)\n", "pkg/__init__.py": "",
         "pkg/a.py": "from .b import g\ndef f(x): return g(x)\n", "pkg/b.py": "def g(x): return 1\n"},
         ("pkg/b.py", "1", "2"), "pkg.b:g"),
    Case("relative import of a module from the parent", {"app.py": "from pkg.sub.a import f\ndef run(): return f(1)\n",
         "pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/sub/a.py": "from .. import b\ndef f(x): return b.g(x)\n",
         "pkg/b.py": "def g(x): return 1\n"}, ("pkg/b.py", "1", "2"), "pkg.b:g"),
    Case("re-export", {"app.py": "from pkg import f\ndef run(): return f(1)\n", "pkg/__init__.py": "from .a import f\n",
         "pkg/a.py": F + "def g(): return 9\n"}, ("pkg/a.py", "1", "2"), "pkg.a:f"),
    Case("re-export: the rest does not count", {"app.py": "from pkg import f\ndef run(): return f(1)\n",
         "pkg/__init__.py": "from .a import f, g\n", "pkg/a.py": F + "def g(): return 9\n"}, ("pkg/a.py", "9", "8"), ""),
    Case("re-export path moved", {"app.py": "from pkg import f\ndef run(): return f(1)\n", "pkg/__init__.py": "from .a import f\n",
         "pkg/a.py": F}, ("app.py", "from pkg import", "from pkg.a import"), ""),
    Case("re-export of a function named like its module", {"app.py": "from pkg import gram\ndef run(): return gram(1)\n",
         "pkg/__init__.py": "from .gram import gram\n", "pkg/gram.py": "def gram(x): return 1\ndef other(): return 9\n"},
         ("pkg/gram.py", "9", "8"), ""),
    Case("submodule through the package", {"app.py": "import pkg.sub.a\ndef run(): return pkg.sub.a.f(1)\n", "pkg/__init__.py": "",
         "pkg/sub/__init__.py": "", "pkg/sub/a.py": F}, ("pkg/sub/a.py", "1", "2"), "pkg.sub.a:f"),
    Case("package imports its own submodule", {"app.py": "import pkg\ndef run(): return pkg.a.f(1)\n",
         "pkg/__init__.py": "from . import a\n", "pkg/a.py": F}, ("pkg/a.py", "1", "2"), "pkg.a:f"),
    Case("namespace package", {"app.py": "from space.deep.a import f\ndef run(): return f(1)\n", "space/deep/a.py": F},
         ("space/deep/a.py", "1", "2"), "space.deep.a:f"),
    Case("cycle of modules", {"app.py": "import lib\ndef run(): return lib.f(1)\ndef back(): return 1\n",
         "lib.py": "import app\ndef f(x): return app.back()\n"}, ("app.py", "return 1", "return 2"), "app:back"),
    Case("cycle of functions", {"app.py": "def run(): return g()\ndef g(): return h(1)\ndef h(n): return n and run()\n"},
         ("app.py", "h(1)", "h(2)"), "app:g"),
    Case("import cycle without an end", {"app.py": "from a import f\ndef run(): return f(1)\n", "a.py": "from b import f\n",
         "b.py": "from a import f\nX = 1\n"}, ("b.py", "1", "2"), ""),
    lib("def f(x):\n    import other as n\n    def g():\n        nonlocal n\n        n = n.h(1)\n    return g\n", "n.h(1)", "n.k(1)",
        "lib:f, -other:h, +other:k", "import rebound by a nested function", other="def h(x): return 1\ndef k(x): return 1\n"),
    lib("if 1:\n    from other import g\nelse:\n    from more import g\ndef f(x): return g()\n", "if 1", "if 0", "lib:g",
        "conditional import, the condition", other="def g(): return 1\n", more="def g(): return 2\n"),
    Case("submodule behind a function of its name", {"app.py": "import pkg.gram\ndef run(): return pkg.gram.other(1)\n",
         "pkg/__init__.py": "from .gram import gram\n", "pkg/gram.py": "def gram(x): return 1\ndef other(x): return 9\n"},
         ("pkg/gram.py", "9", "8"), "pkg.gram:other"),
    Case("a submodule that is not imported", {"app.py": "from pkg import x\ndef run(): return x\n", "pkg/__init__.py": "x = 1\n",
         "pkg/x.py": "print(5)\n"}, ("pkg/x.py", "5", "6"), ""),
    Case("a module's own name", {"app.py": "import lib\ndef run(): return lib.__name__\n", "lib.py": F}, ("lib.py", "1", "2"), ""),
    lib("try:\n    from fast import g\nexcept ImportError:\n    def g(): return 1\ndef f(x): return g()\n", "return 1", "return 2",
        "lib:g", "fallback of a conditional import"),
    lib("try:\n    from other import g\nexcept ImportError:\n    g = None\ndef f(x): return g()\n", "None", "len", "lib:g",
        "conditional import, the other branch", other="def g(): return 1\n"),
    Case("conditional import, the module", {"app.py": RUN, "other.py": "def g(): return 1\n", "lib.py":
         "if 1:\n    from other import g\nelse:\n    g = None\ndef f(x): return g()\n"}, ("other.py", "1", "2"), "other:g"),
    lib("import numpy as np\ndef f(x): return np.sum(x)\n", "numpy as np", "jax.numpy as np", "lib:f",
        "same name from another library"),
    lib("from numpy import dot\ndef f(x): return dot(x)\n", "numpy", "scipy", "lib:f", "same function from another library"),
    Case("same name from another library, re-exported", {"app.py": "from pkg import np\ndef run(): return np.sum(1)\n",
         "pkg/__init__.py": "import numpy as np\n"}, ("pkg/__init__.py", "numpy", "cupy"), "app:run"),
    lib("import numpy\ndef f(x): return numpy.sum(x)\n", "import numpy", "import numpy\nimport numpy.linalg", "",
        "import of a submodule elsewhere"),
    Case("star import", {"app.py": "from lib import *\ndef run(): return f(1)\n", "lib.py": F + "def g(): return 9\n"},
         ("lib.py", "1", "2"), "lib:f"),
    Case("star import: the rest does not count", {"app.py": "from lib import *\ndef run(): return f(1)\n",
         "lib.py": F + "def g(): return 9\n"}, ("lib.py", "9", "8"), ""),
    Case("star import of a name that cannot be found", {"app.py": "from lib import *\ndef run(): return h(1)\n",
         "lib.py": F + "globals()['h'] = f\n"}, ("lib.py", "1", "2"), "lib:*, lib:f"),
    Case("star import hides a builtin", {"app.py": "from lib import *\ndef run(): return len(1)\n",
         "lib.py": "def len(x): return 1\n"}, ("lib.py", "return 1", "return 2"), "lib:len"),
    Case("star imports in a circle", {"app.py": "from a import *\ndef run(): return f(1)\n", "a.py": "from b import *\n",
         "b.py": "from a import *\nX = 5\n" + F}, ("b.py", "5", "6"), ""),
    Case("star import through a package", {"app.py": "from pkg import f\ndef run(): return f(1)\n",
         "pkg/__init__.py": "from .a import *\nfrom .b import *\n", "pkg/a.py": F, "pkg/b.py": "def g(): return 9\n"},
         ("pkg/a.py", "1", "2"), "pkg.a:f"),
    Case("star import of another library", {"app.py": "from numpy import *\ndef run(): return dot(1)\n"},
         ("app.py", "numpy", "scipy"), "app:run"),
]  # fmt: skip

WHOLE_MODULES = [
    lib(F + "def h(): return 9\n", "9", "8", "lib:*", "module used as a value", run="import lib\ndef run(): return getattr(lib, 'f')\n"),
    lib(F, "1", "2", "lib:*", "unknown attribute", run="import lib\ndef run(): return lib.nothing\n"),
    lib("def __getattr__(name): return 1\n", "1", "2", "lib:*", "module __getattr__", run="import lib\ndef run(): return lib.x\n"),
    Case("module __getattr__ beside import *", {"app.py": "import lib\ndef run(): return lib.x\n", "a.py": "def g(): return 1\n",
         "lib.py": "from a import *\ndef __getattr__(name): return 2\n"}, ("lib.py", "2", "3"), "lib:*"),
    Case("unknown attribute that import * may have brought", {"app.py": "import lib\ndef run(): return lib.x\n",
         "lib.py": "from a import *\n", "a.py": "import sys\nsetattr(sys.modules['a'], 'x', 5)\n"}, ("a.py", "5", "6"), "a:*, a:<import>"),
    lib("import other\ng = other.h\n", "other.h", "other.k", "lib:*, -other:h, +other:k", "alias in a whole module",
        run="import lib\ndef run(): return vars(lib)\n", other="def h(): return 1\ndef k(): return 1\n"),
    lib(F, '"""', "", "", "never", run=RUN)._replace(name="docstring of a whole module", files={
        "app.py": "import lib\ndef run(): return vars(lib)\n", "lib.py": '"""A."""\n' + F}, edit=("lib.py", "A.", "B.")),
    app("def run(n): return globals()[n]()\ndef g(): return 1\n", "return 1", "return 2", "app:*", "globals()"),
    app("import sys\ndef run(n): return getattr(sys.modules[__name__], n)\ndef g(): return 1\n", "return 1", "return 2", "app:*",
        "sys.modules[__name__]"),
    lib(F, "1", "2", "lib:*", "import_module with a literal",
        run="import importlib\ndef run(): return importlib.import_module('lib').f(1)\n"),
    lib(F, "1", "2", "", "import_module with a name is not seen", run="import importlib\ndef run(n): return importlib.import_module(n)\n"),
    lib(F, "1", "2", "lib:f", "uses a symbol", run="def run(): return 1\n")._replace(uses=("lib:f",)),
    lib(F, "1", "2", "lib:*", "uses a module", run="def run(): return 1\n")._replace(uses=("lib",)),
    Case("uses a package", {"app.py": "def run(): return 1\n", "pkg/a/b.py": F, "pkg/__init__.py": ""}, ("pkg/a/b.py", "1", "2"),
         "pkg.a.b:*", ("pkg",)),
    lib("class C:\n    def m(self): return 1\n", "1", "2", "lib:C.m", "uses a class", run="def run(): return 1\n")._replace(
        uses=("lib:C",)),
]  # fmt: skip

IMPORT_TIME = [
    lib("import torch\ntorch.set_num_threads(2)\n" + F, "(2)", "(3)", "lib:<import>", "bare call"),
    lib("import torch\ntorch.backends.benchmark = True\n" + F, "True", "False", "lib:<import>", "attribute of another library"),
    lib("import os\nos.environ['A'] = 'b'\n" + F, "'b'", "'c'", "lib:<import>", "item of another library's table"),
    lib("def setup(): return 1\nsetup()\n" + F, "return 1", "return 2", "lib:setup", "function called at import"),
    lib("import torch\nif torch.cuda:\n    torch.fast(1)\n" + F, "(1)", "(2)", "lib:<import>", "bare call in a branch"),
    lib("import torch\nfor i in range(2):\n    torch.warm(i)\n" + F, "(2)", "(3)", "lib:<import>, lib:i", "bare call in a loop"),
    lib("import other\nsetup = other.setup\nsetup(1)\n" + F, "(1)", "(2)", "lib:<import>", "bare call of an alias"),
    lib("assert 1 < 2\n" + F, "2\n", "3\n", "lib:<import>", "assert at module level"),
    lib("import torch\n" + F, "import torch\n", "import torch\ntorch.seed(1)\n", "+lib:<import>", "bare call added"),
    app("import setup_all\ndef run(): return 1\n", "import setup_all\n", "", "-setup_all:<import>", "import for its effect",
        setup_all="print(1)\n"),
    Case("effect of an import's import", {"app.py": "import a\ndef run(): return 1\n", "a.py": "import b\n", "b.py": "print(1)\n"},
         ("b.py", "1", "2"), "b:<import>"),
    Case("effect of a parent package", {"app.py": "from pkg.a import f\ndef run(): return f(1)\n", "pkg/__init__.py": "print(1)\n",
         "pkg/a.py": F}, ("pkg/__init__.py", "1", "2"), "pkg:<import>"),
    Case("effect of a module imported by the function", {"app.py": "def run():\n    import a\n", "a.py": "print(1)\n"},
         ("a.py", "1", "2"), "a:<import>"),
    Case("effect of a module that is not imported", {"app.py": "def run(): return 1\n", "a.py": "print(1)\n"},
         ("a.py", "1", "2"), ""),
    Case("unused parts of an imported module", {"app.py": "import a\ndef run(): return 1\n", "a.py": "X = 1\n"}, ("a.py", "1", "2"), ""),
]  # fmt: skip

TABLE = "TABLE = {}\ndef register(f):\n    TABLE[f.__name__] = f\n    return f\ndef build(n): return TABLE[n]()\ndef pure(f): return f\n"
BUILD = "import nets\nfrom reg import build\ndef run(n): return build(n)\n"
REGISTRIES = [
    Case("registered by a decorator", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "from reg import register\n@register\ndef vgg(): return 1\n"}, ("nets.py", "1", "2"), "nets:vgg"),
    Case("method registered by a decorator", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "from reg import register\nclass Net:\n    @register\n    def vgg(self): return 1\n"}, ("nets.py", "1", "2"),
         "nets:Net.vgg"),
    Case("class of a method registered by a decorator", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "from reg import register\nclass Net:\n    width = 3\n    @register\n    def vgg(self): return 1\n"},
         ("nets.py", "3", "4"), "nets:Net"),
    Case("registered by an assignment", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "from reg import TABLE\ndef vgg(): return 1\nTABLE['vgg'] = vgg\n"}, ("nets.py", "1", "2"), "nets:vgg"),
    Case("the assignment itself", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "from reg import TABLE\ndef vgg(): return 1\nTABLE['vgg'] = vgg\n"}, ("nets.py", "'vgg'", "'VGG'"),
         "nets:<import TABLE>"),
    Case("registered by a method call", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "import reg\ndef vgg(): return 1\nreg.TABLE.update(vgg=vgg)\n"}, ("nets.py", "1", "2"), "nets:vgg"),
    Case("registered by a call whose result is kept", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "from reg import register\ndef vgg(): return 1\nkept = register(vgg)\n"}, ("nets.py", "1", "2"), "nets:vgg"),
    Case("a table that is not used", {"app.py": "import nets\ndef run(n): return 1\n", "reg.py": TABLE,
         "nets.py": "from reg import register\n@register\ndef vgg(): return 1\n"}, ("nets.py", "1", "2"), ""),
    Case("a decorator that keeps nothing", {"app.py": BUILD, "reg.py": TABLE,
         "nets.py": "from reg import pure\n@pure\ndef vgg(): return 1\n"}, ("nets.py", "1", "2"), ""),
    Case("a module that is not imported", {"app.py": "from reg import build\ndef run(n): return build(n)\n", "reg.py": TABLE,
         "nets.py": "from reg import register\n@register\ndef vgg(): return 1\n"}, ("nets.py", "1", "2"), ""),
    Case("singledispatch", {"app.py": "from functools import singledispatch\n@singledispatch\ndef run(x): return 1\n"
         "@run.register\ndef _(x: int): return 2\n"}, ("app.py", "return 2", "return 3"), "app:_"),
    Case("__init_subclass__", {"app.py": "import nets\nfrom reg import Net\ndef run(n): return Net.known[n]()\n",
         "reg.py": "class Net:\n    known = {}\n    def __init_subclass__(cls): Net.known[cls.__name__] = cls\n",
         "nets.py": "from reg import Net\nclass Vgg(Net):\n    def depth(self): return 1\n"}, ("nets.py", "1", "2"), "nets:Vgg.depth"),
    Case("subclass of a plain class", {"app.py": "import nets\nfrom reg import Net\ndef run(n): return Net()\n",
         "reg.py": "class Net: pass\n", "nets.py": "from reg import Net\nclass Vgg(Net):\n    depth = 1\n"},
         ("nets.py", "1", "2"), ""),
    Case("metaclass that keeps its classes", {"app.py": "import nets\nfrom reg import Meta\ndef run(n): return Meta.known[n]()\n",
         "reg.py": "class Meta(type):\n    known = {}\n    def __init__(cls, n, *a): Meta.known[n] = cls\n",
         "nets.py": "from reg import Meta\nclass Vgg(metaclass=Meta):\n    depth = 1\n"}, ("nets.py", "1", "2"), "nets:Vgg"),
    Case("function of another module replaced", {"app.py": "import patch\nfrom lib import f\ndef run(): return f(1)\n", "lib.py": F,
         "patch.py": "import lib\nlib.f = lambda x: 1\n"}, ("patch.py", "1", "2"), "patch:<import lib.f>"),
]  # fmt: skip

STEP = "from tpdl import experiment, figure\n@experiment(matrix={'n': [1]})\ndef run(n): return n\n"
STEPS = [
    app(STEP, "[1]", "[1, 2]", "", "arguments of the step decorator"),
    app(STEP, "return n", "return 2", "app:run", "body of a step"),
    app(STEP.replace("import experiment", "import experiment as e").replace("@experiment", "@e"), "[1]", "[2]", "", "renamed decorator"),
    app("import tpdl\n@tpdl.experiment(data=['a'])\ndef run(n): return n\n", "'a'", "'b'", "", "decorator by module"),
    app("from tpdl import experiment\ndef up(): return 1\n@experiment(inputs={'x': up})\ndef run(x): return x\n", "return 1", "return 2",
        "", "step used as an input only"),
    app("from tpdl import experiment\ndef d(f): return f\n@experiment()\n@d\ndef run(x): return x\n", "return f", "return 1", "app:d",
        "another decorator of a step"),
    app("from tpdl import experiment\n@experiment()\ndef run(x) -> dict: return x\n", "dict", "list", "", "annotation of a step"),
]  # fmt: skip

CASES = [*NOTHING_CHANGES, *USED_CODE_CHANGES, *CLASSES, *IMPORTS, *WHOLE_MODULES, *IMPORT_TIME, *REGISTRIES, *STEPS]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_edit(case: Case, tmp_path: Path) -> None:
    write(tmp_path, case.files)
    before = closure(tmp_path, uses=case.uses)
    edit(tmp_path, *case.edit)
    after = closure(tmp_path, uses=case.uses)
    assert changes(before, after) == {symbol for symbol in case.verdict.split(", ") if symbol}


def test_names_tell_the_cases_apart() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 60
