def f(x):
    return x + 1
async def g(): return 1
