STATE = []
def make(x=1):
    if x:
        own = []
        own.append(1)
        return own
X = make()
def f(): return STATE
