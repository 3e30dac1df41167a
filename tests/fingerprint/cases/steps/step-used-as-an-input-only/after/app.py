from tpdl import experiment
def up(): return 2
@experiment(inputs={'x': up})
def run(x): return x
