import lib
def f():
    "b"
def run(): return lib.doc(f)
