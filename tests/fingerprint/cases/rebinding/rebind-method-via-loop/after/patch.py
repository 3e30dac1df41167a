import lib
for name in ["f"]:
    setattr(lib.A, name, lambda self: 3)
