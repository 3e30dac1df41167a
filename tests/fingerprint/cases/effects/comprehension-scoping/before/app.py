i = 5
x = [i for i in range(3)]
def run(): return i
