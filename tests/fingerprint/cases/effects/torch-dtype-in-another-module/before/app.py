import torch, patch
def run(): return str(torch.zeros(1).dtype)
