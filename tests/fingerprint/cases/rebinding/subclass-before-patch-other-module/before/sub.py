from lib import A
N = A.n
