from tpdl import experiment, figure, summary


@experiment()
@summary()  # mistake: two step decorators
def f(n): ...
