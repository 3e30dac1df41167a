n = 3
while n > 1: n -= 1
def run(): return n
