max = min

def run(): return max(1, 2)
