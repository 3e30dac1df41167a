from tpdll import experiment


@experiment()  # mistake: `experiment` is imported from tpdll; did you mean `tpdl`?
def f(): ...
