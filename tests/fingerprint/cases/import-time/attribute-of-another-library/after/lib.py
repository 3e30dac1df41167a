import torch
torch.backends.benchmark = False
def f(x):
    return x + 1
