from tpdl import experimen


@experimen()  # mistake: tpdl has no decorator `experimen`; did you mean `experiment`?
def f(): ...
