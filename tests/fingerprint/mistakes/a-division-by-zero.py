from tpdl import experiment, figure, summary


@experiment(matrix={'n': 1 / 0})
def f(n): ...  # mistake: cannot be evaluated
