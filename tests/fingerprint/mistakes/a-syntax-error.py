from tpdl import experiment, figure, summary


def f(:  # mistake: syntax
