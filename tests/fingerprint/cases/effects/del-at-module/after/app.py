max = min
del max
def run(): return max(1, 2)
