import functools
import threading
from tracedlib.parts import Base, decorate, outer, registered, TABLE

class Child(Base):
    def own(self):
        return [self.inherited() for _ in range(1)]

    @property
    def size(self):
        return (lambda: 3)()

    class Inner:
        def deep(self): return 1

    key = lambda self: 4

pick = lambda x: x
CALLS = {"a": lambda: 7}
CALLS["b"] = lambda: 8
LAZY = (number for number in range(2))

@decorate(lambda x: x + 1)
def decorated(x): return x

def with_default(f=lambda: 5): return f()

def generator():
    yield from range(2)

def threaded(): return 1

def run():
    child = Child()
    child.own(), child.size, Child.Inner().deep(), child.key()
    pick(1), CALLS["a"](), CALLS["b"](), list(LAZY), decorated(1), with_default(), list(generator())
    worker = threading.Thread(target=threaded)
    worker.start()
    worker.join()
    TABLE["c"]()
    return outer(3)

def unused(): return 1

def dynamic(name):
    return globals_of()[name]()

def globals_of():
    import tracedlib.parts
    return vars(tracedlib.parts)

def hidden(n):
    import importlib
    return getattr(importlib.import_module("tracedlib." + n), "secret")()

def lazy():
    import tracedlib.late
    return tracedlib.late.used()
