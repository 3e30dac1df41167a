from typing import TypedDict, get_type_hints
class T(TypedDict):
    a: int
def run(): return str(get_type_hints(T))
