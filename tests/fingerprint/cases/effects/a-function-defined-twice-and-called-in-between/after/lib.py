STATE = []
def make(): STATE.append(2)
X = make()
def make(): return None
def f(): return STATE
