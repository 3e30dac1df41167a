def f(x):
    return x + 1
async def g(): pass
