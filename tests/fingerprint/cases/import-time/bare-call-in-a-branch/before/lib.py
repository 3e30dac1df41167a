import torch
if torch.cuda:
    torch.fast(1)
def f(x):
    return x + 1
