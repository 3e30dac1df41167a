from lib import go
N = 0
class C:
    global N
    N = 1
go(N)
