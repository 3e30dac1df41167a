from tpdl import experiment, figure, summary


@experiment(matrix={'n': list(range(3))})  # mistake: list(range(3))
def f(n): ...
