from tpdl import experiment, figure, summary


@experiment(matrix={'n': NAMES})  # mistake: NAMES
def f(n): ...
