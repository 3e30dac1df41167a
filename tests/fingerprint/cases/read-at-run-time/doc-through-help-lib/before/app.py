import lib
def f():
    "a"
def run(): return lib.doc(f)
