from __future__ import annotations
class A:
    x: int
def run(): return repr(A.__annotations__)
