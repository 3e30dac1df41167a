import builtins

