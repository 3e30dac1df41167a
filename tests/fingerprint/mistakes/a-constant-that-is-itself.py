from tpdl import experiment, figure, summary


N = N
@experiment(matrix={'n': N})  # mistake: 'N'
def f(n): ...
