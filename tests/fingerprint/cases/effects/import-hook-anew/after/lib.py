import sys, types
m = types.ModuleType("zork")
m.x = 2
sys.modules["zork"] = m
