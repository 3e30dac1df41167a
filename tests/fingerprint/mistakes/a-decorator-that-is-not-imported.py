import tpdl


@summary()  # mistake: `summary` is not defined; from tpdl import summary
def f(): ...
