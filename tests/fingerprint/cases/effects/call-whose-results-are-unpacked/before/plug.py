from tool import make
register, T = make(1)
