import lib
from typing import Generic, TypeVar
T = TypeVar('T')
class B(Generic[T]):
    def __init_subclass__(cls): lib.STATE.append(cls.n)
