from tpdl import experiment
def d(f): return f
@experiment()
@d
def run(x): return x
