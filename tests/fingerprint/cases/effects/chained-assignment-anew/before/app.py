a = b = [1]
def run(): return b
