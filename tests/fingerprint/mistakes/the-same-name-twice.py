from tpdl import experiment, figure, summary


@experiment()
def f(n): ...
@experiment()
def f(m): ...  # mistake: declared twice
