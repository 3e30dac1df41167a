import lib
Y = list(zip(range(2), lib.IT))
