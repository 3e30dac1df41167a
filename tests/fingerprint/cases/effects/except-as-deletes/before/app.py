e = 1
try:
    pass
except ValueError as e: pass
def run(): return "e" in globals()
