import builtins
builtins.sum = len
