T = []
def add(x): T.append(x)
