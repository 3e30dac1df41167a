from tpdl import experiment, figure, summary


@experiment(matrix={'n': 1 + 'a'})
def f(n): ...  # mistake: cannot be evaluated
