from tpdl import experiment, figure
@experiment(matrix={'n': [1, 2]})
def run(n): return n
