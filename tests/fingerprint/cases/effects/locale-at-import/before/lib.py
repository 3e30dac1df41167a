from decimal import getcontext
C = getcontext()
C.prec = 5
