STATE = []
def noted(x):
    STATE.append(2)
    return x
X = [x for x in (1, 2) if noted(x)]
def f(): return STATE
