from tpdl import experiment, figure, summary


@experiment()
def f(n=open('x')): ...  # mistake: default of 'n'
