import torch
torch.backends.benchmark = True
def f(x):
    return x + 1
