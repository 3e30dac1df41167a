from lib import A
A.register(int)
