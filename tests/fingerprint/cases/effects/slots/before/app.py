class A:
    __slots__ = ("x",)
def run(): return hasattr(A(), "__dict__"), A.__slots__
