from tpdl import experiment as e, figure
@e(matrix={'n': [2]})
def run(n): return n
