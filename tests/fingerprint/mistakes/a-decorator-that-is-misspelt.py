from tpdl import experiment


@experimnt()  # mistake: `experimnt` is not defined; did you mean `experiment`?
def f(): ...
