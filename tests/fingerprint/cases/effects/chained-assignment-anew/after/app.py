a = b = [2]
def run(): return b
