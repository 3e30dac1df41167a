W = 5
def run(): return f"{3:{W}d}"
