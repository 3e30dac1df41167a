W = 6
def run(): return f"{3:{W}d}"
