from tpdl import experiment, figure, summary


@experiment(matrix={'n': compute(3)})  # mistake: compute(3)
def f(n): ...
