from tpdl import experiment as e, figure
@e(matrix={'n': [1]})
def run(n): return n
