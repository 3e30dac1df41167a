__builtins__["zork"] = lambda: 2
