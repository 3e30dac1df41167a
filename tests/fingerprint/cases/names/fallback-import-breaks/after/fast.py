import nonexistent_library_x
def f(): return 2
