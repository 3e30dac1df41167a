from lib import A
A.n = 5
