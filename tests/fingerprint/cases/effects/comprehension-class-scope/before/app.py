N = 2
class A:
    N = 5
    xs = [N for _ in range(N)]
def run(): return A.xs
