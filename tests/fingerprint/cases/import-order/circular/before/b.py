import a
def get(): return 1 if "a" in globals() else 2
