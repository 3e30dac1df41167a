from tpdl import experiment, figure, summary


@experiment(**3)
def f(n): ...  # mistake: cannot be evaluated
