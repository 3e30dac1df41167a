import tpdl


@tpdl.experimnt()  # mistake: tpdl has no decorator `experimnt`; did you mean `experiment`?
def f(): ...
