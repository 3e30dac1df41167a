from tpdl import experiment, figure, summary


@experiment()
def f(*n): ...  # mistake: parameters
