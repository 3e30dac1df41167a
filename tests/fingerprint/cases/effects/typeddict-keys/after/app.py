from typing import TypedDict, get_type_hints
class T(TypedDict):
    a: str
def run(): return str(get_type_hints(T))
