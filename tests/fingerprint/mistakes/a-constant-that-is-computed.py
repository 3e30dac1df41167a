from tpdl import experiment, figure, summary


N = compute('a')
@experiment(matrix={'n': N})  # mistake: 'N'
def f(n): ...
