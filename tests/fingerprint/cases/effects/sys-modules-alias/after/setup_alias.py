import sys, b as m
sys.modules["fake"] = m
