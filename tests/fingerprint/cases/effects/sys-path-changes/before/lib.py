import sys
sys.path.insert(0, __file__.replace("lib.py", "one"))
