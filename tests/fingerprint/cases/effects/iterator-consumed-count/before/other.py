import lib
Y = list(zip(range(1), lib.IT))
