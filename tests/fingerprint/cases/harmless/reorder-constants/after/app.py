B = 2
A = 1

def run(): return A + B
