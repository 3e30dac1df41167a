import torch
for i in range(2):
    torch.warm(i)
def f(x):
    return x + 1
