__builtins__["zork"] = lambda: 1
