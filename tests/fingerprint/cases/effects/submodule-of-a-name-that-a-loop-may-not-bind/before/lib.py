STATE = []
def f(): return STATE
