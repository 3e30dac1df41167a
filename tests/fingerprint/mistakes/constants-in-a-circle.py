from tpdl import experiment, figure, summary


N = [M]
M = [N]
@experiment(matrix={'n': N})  # mistake: 'N'
def f(n): ...
