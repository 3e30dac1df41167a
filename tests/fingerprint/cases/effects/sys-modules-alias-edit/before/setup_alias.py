import sys, a
sys.modules["fake"] = a
