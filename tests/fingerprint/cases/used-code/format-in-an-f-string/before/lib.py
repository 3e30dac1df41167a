def f(x):
    return f'{x:.2f}'
