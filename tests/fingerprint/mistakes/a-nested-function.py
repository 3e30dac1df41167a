from tpdl import experiment, figure, summary


def g():
    @experiment()
    def f(n): ...  # mistake: top of its module
