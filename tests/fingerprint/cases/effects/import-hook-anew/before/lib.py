import sys, types
m = types.ModuleType("zork")
m.x = 1
sys.modules["zork"] = m
