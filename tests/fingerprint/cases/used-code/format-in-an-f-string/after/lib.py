def f(x):
    return f'{x:.3f}'
