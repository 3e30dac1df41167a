from tpdl import experiment, figure, summary


class C:
    @experiment()
    def f(n): ...  # mistake: top of its module
