from tpdl import experiment, figure, summary


@experiment  # mistake: parentheses
def f(n): ...
