from tpdl import experiment
def d(f): return 1
@experiment()
@d
def run(x): return x
