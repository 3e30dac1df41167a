from tpdl import experiment, figure, summary


import math
@experiment(matrix={'n': [math.pi]})  # mistake: math.pi
def f(n): ...
