class STATE: k = 0
def f(x): return STATE.k
