import torch
for i in range(3):
    torch.warm(i)
def f(x):
    return x + 1
