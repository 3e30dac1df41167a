STATE = []
def make():
    return STATE.append(2)
X = make()
def f(): return STATE
