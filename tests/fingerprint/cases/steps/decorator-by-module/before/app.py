import tpdl
@tpdl.experiment(data=['a'])
def run(n): return n
