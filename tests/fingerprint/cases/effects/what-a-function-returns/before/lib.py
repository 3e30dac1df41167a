STATE = []
def make():
    return STATE.append(1)
X = make()
def f(): return STATE
