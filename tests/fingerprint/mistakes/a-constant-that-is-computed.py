from tpdl import experiment, figure, summary


N = len('a')
@experiment(matrix={'n': N})  # mistake: 'N'
def f(n): ...
