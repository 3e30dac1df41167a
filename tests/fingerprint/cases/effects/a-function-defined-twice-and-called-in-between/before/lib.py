STATE = []
def make(): STATE.append(1)
X = make()
def make(): return None
def f(): return STATE
