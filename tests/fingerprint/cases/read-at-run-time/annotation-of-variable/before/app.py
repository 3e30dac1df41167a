x: int = 1
def run(): return str(__annotations__)
