from tpdl import experiment
@experiment()
def run(x) -> list: return x
