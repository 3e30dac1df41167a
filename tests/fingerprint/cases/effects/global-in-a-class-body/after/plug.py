from lib import go
N = 0
class C:
    global N
    N = 2
go(N)
