"""What is known of names outside of the project, by what they are *bound to*, never by how they are written.

    from functools import cache as remember      # remember is functools.cache: it confines itself to the function
    def cache(function): ...                     # this cache may do anything

The lists are short on purpose. What is not in them counts as if it could do anything, which costs a rerun, not a wrong
result.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _names(module: str, names: str) -> Iterable[str]:
    return (f"{module}.{name}" for name in names.split())


BUILTINS = frozenset(dir(builtins))
_ERRORS = frozenset(
    name for name in BUILTINS if isinstance(getattr(builtins, name), type) and name.endswith(("Error", "Exception"))
)

PURE_CALLS = frozenset(
    {
        *_names("builtins", "frozenset tuple list dict set range len int float str bool bytes bytearray complex abs"),
        *_names("builtins", "sum round zip enumerate reversed slice isinstance issubclass property object divmod pow"),
        *_names("builtins", "ord chr all any min max sorted repr dict.fromkeys int.from_bytes bytes.fromhex"),
        *(f"builtins.{name}" for name in _ERRORS),
        *_names("typing", "TypeVar ParamSpec TypeVarTuple NewType NamedTuple TypedDict cast"),
        *_names("typing_extensions", "TypeVar ParamSpec TypeVarTuple NewType NamedTuple TypedDict"),
        *_names("re", "compile escape"),
        *_names("pathlib", "Path PurePath PosixPath PurePosixPath"),
        *_names("pathlib.Path", "resolve absolute expanduser"),
        *_names("os.path", "join dirname basename abspath splitext"),
        *_names("collections", "OrderedDict defaultdict Counter deque namedtuple ChainMap"),
        *_names("dataclasses", "field"),
        *_names("functools", "partial"),
        *_names("operator", "itemgetter attrgetter methodcaller"),
        *_names("itertools", "product chain chain.from_iterable permutations combinations count repeat"),
        *_names("math", "sqrt log log2 log10 exp floor ceil pow prod radians"),
        *_names("fractions", "Fraction"),
        *_names("decimal", "Decimal"),
        *_names("datetime", "timedelta date datetime time timezone"),
        *_names("enum", "auto"),
        *_names("types", "MappingProxyType SimpleNamespace"),
        *_names("string", "Template"),
        *_names("logging", "getLogger"),
        *_names("numpy", "array asarray arange linspace logspace zeros ones full eye dtype deg2rad sqrt log"),
        *_names("numpy", "float32 float64 int32 int64 uint8"),
        *_names("torch", "tensor device zeros ones arange linspace eye Size"),
    }
)
"""Calls that make something new, of their arguments alone, and change nothing."""

CONTAINERS = frozenset(
    {
        *_names("builtins", "list dict set bytearray"),
        *_names("collections", "OrderedDict defaultdict Counter deque"),
    }
)
"""Of these, the ones that make a plain container."""

ITERATORS = frozenset(
    {
        *_names("builtins", "zip enumerate reversed iter map filter"),
        *_names("itertools", "product chain chain.from_iterable permutations combinations count repeat"),
    }
)
"""Calls that make something which is used up by going through it."""

CHANGING_METHODS = _words(
    "append extend insert pop remove clear reverse update add discard setdefault popitem appendleft popleft "
    "move_to_end difference_update intersection_update symmetric_difference_update"
)
READING_METHODS = _words("keys values items copy get index count union difference intersection")
"""Of plain containers."""
TEXT_METHODS = _words(
    "split splitlines join format strip lstrip rstrip lower upper title replace encode removeprefix removesuffix "
    "partition rpartition startswith endswith zfill ljust rjust"
)
PATH_METHODS = _words("resolve absolute joinpath with_name with_suffix with_stem expanduser")
OF_THE_MOMENT = _words("resolve absolute expanduser")
"""Methods of paths that ask for the folder, or the user, of the moment."""

BLIND_DECORATORS = frozenset(
    {
        *_names("builtins", "property staticmethod classmethod"),
        *_names("abc", "abstractmethod"),
        *_names("functools", "cached_property cache lru_cache wraps"),
        *_names("contextlib", "contextmanager asynccontextmanager"),
        *_names("typing", "override final no_type_check"),
        *_names("typing_extensions", "override final"),
        *_names("torch", "no_grad inference_mode enable_grad"),
    }
)
"""Decorators that never look at annotations, and confine themselves to what they decorate."""

CACHING_DECORATORS = frozenset(_names("functools", "cache lru_cache cached_property"))
"""Decorators with which a call leaves something behind."""

CONFINED_DECORATORS = BLIND_DECORATORS | frozenset(
    {
        *_names("functools", "singledispatch singledispatchmethod total_ordering"),
        *_names("dataclasses", "dataclass"),
        *_names("typing", "runtime_checkable dataclass_transform overload"),
        *_names("typing_extensions", "runtime_checkable overload deprecated"),
        *_names("warnings", "deprecated"),
        *_names("enum", "unique verify"),
        *_names("attr", "s define frozen mutable attrs"),
        *_names("attrs", "define frozen mutable"),
        *_names("numba", "jit njit vectorize guvectorize"),
        *_names("jax", "jit vmap grad"),
        *_names("numpy", "vectorize"),
        *_names("torch", "jit.script jit.ignore jit.unused jit.export compile autograd.function.once_differentiable"),
        *_names("pytest", "fixture"),
    }
)
"""Decorators that may look at everything of what they decorate, and change nothing else. (`pytest.mark.…`, too.)"""

OVERLOAD = frozenset({"typing.overload", "typing_extensions.overload"})
TYPE_CHECKING = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})

CONFINED_METACLASSES = frozenset({"abc.ABCMeta", "enum.EnumMeta", "enum.EnumType", "builtins.type"})

_BASES = _words(
    "abc argparse ast builtins collections contextlib dataclasses enum functools html io json logging pathlib "
    "pickle random string threading types typing typing_extensions unittest torch torchvision numpy pandas scipy "
    "sklearn skimage matplotlib PIL pytorch_lightning lightning jax flax"
)

_READERS = (
    *("inspect", "pydoc", "annotationlib", "typing.get_type_hints", "typing.get_annotations", "doctest"),
    *("dataclasses.fields", "attr.fields", "attrs.fields", "typing.get_overloads", "typing_extensions.get_overloads"),
    *("typing_extensions.get_type_hints", "pydantic", "typer", "fire", "beartype", "typeguard", "cattrs", "fastapi"),
)
_ALL_MODULES = ("sys.modules", "sys._getframe", "gc", "inspect.stack", "inspect.currentframe", "inspect.getmodule")
_OWN_MODULE = ("builtins.globals", "builtins.eval", "builtins.exec", "builtins.__import__")


_REACHING = (
    *("sys.modules", "gc", "importlib", "runpy", "pkgutil", "unittest.mock", "mock", "imp", "zipimport", "code"),
    *("builtins.__import__", "builtins.globals", "builtins.exec", "builtins.eval", "sys._getframe"),
    *("inspect.stack", "inspect.currentframe", "inspect.getmodule"),
)
_WITHOUT_SETTINGS = (
    *("typing", "typing_extensions", "re", "collections", "dataclasses", "functools", "operator", "itertools"),
    *("math", "fractions", "datetime", "enum", "types", "string", "abc", "contextlib"),
    *("os.path.join", "os.path.dirname", "os.path.basename", "os.path.splitext"),
    *(f"builtins.{name}" for name in BUILTINS - {"str", "repr", "format", "ascii", "open", "input"}),
)
_PATHS_OF_THE_MOMENT = frozenset(_names("pathlib.Path", "resolve absolute expanduser cwd home"))


MARKED = frozenset(name.partition(".")[0] for name in (*BLIND_DECORATORS, *OVERLOAD, *TYPE_CHECKING, *CONTAINERS))
"""The libraries that `marks` takes a file's imports for; not where the project has a module of that name itself."""


def confined_decorator(name: str) -> bool:
    """Whether a decorator, "functools.cache", changes nothing but what it decorates."""
    return name in CONFINED_DECORATORS or name.startswith("pytest.mark.")


def confined_base(name: str) -> bool:
    """Whether being a subclass of "torch.nn.Module" has no effect on anything else.

    Classes of libraries that are made to be derived from. Elsewhere a base class may keep a list of its subclasses.
    """
    return name.partition(".")[0] in _BASES


def depends_on_settings(name: str) -> bool:
    """Whether what "torch.zeros" makes may depend on what was set before: a default dtype, a precision, a folder."""
    if name.startswith("pathlib."):
        return name in _PATHS_OF_THE_MOMENT
    return not _is_one(name, _WITHOUT_SETTINGS)


def reaches_everything(name: str) -> bool:
    """Whether "unittest.mock.patch" comes at names of modules that it is not given."""
    return _is_one(name, _REACHING)


def looks(name: str) -> set[str]:
    """What somebody who uses "inspect.signature" may look at, as flags (see `tpdl.fingerprint.scopes.Uses`)."""
    found = set()
    if _is_one(name, _READERS):
        found |= {"text", "order"}
    if _is_one(name, _ALL_MODULES):
        found |= {"modules"}
    if _is_one(name, _OWN_MODULE):
        found |= {"module"}
    return found


def _is_one(name: str, known: Iterable[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in known)
