from tpdl import experiment
@experiment()
def run(x) -> dict: return x
