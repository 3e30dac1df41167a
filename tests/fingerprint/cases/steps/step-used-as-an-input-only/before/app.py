from tpdl import experiment
def up(): return 1
@experiment(inputs={'x': up})
def run(x): return x
