A = 1
B = 2

def run(): return A + B
