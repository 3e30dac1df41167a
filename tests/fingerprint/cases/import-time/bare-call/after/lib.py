import torch
torch.set_num_threads(3)
def f(x):
    return x + 1
