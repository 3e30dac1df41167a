T = []
def install(x):
    global T
    T = x
def add(x): T.append(x)
