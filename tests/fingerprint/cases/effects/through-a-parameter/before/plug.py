from lib import STATE
def put(t, n): t.append(n)
put(STATE, 1)
