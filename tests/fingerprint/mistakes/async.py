from tpdl import experiment, figure, summary


@experiment()
async def f(n): ...  # mistake: async
