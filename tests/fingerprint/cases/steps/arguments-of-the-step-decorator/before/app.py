from tpdl import experiment, figure
@experiment(matrix={'n': [1]})
def run(n): return n
