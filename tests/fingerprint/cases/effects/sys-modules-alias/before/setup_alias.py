import sys, a as m
sys.modules["fake"] = m
