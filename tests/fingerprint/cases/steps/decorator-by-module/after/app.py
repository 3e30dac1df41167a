import tpdl
@tpdl.experiment(data=['b'])
def run(n): return n
