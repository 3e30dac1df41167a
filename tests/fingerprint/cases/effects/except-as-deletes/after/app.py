e = 1
try:
    raise ValueError
except ValueError as e: pass
def run(): return "e" in globals()
