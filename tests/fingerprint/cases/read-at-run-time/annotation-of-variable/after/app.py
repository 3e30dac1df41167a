x: str = 1
def run(): return str(__annotations__)
