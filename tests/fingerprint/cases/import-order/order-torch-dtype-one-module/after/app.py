import torch
torch.set_default_dtype(torch.float64)
X = torch.zeros(1)

def run(): return str(X.dtype)
