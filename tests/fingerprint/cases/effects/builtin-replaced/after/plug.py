import builtins
builtins.sum = max
