import torch
if torch.cuda:
    torch.fast(2)
def f(x):
    return x + 1
