from tpdl import experiment, figure, summary


N = [1]
N.append(2)
@experiment(matrix={'n': N})  # mistake: 'N'
def f(n): ...
