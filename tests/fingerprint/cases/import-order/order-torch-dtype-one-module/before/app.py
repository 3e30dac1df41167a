import torch
X = torch.zeros(1)
torch.set_default_dtype(torch.float64)

def run(): return str(X.dtype)
