def run(): return n
x = [n := i for i in range(4)]
