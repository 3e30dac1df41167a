import torch
A = torch.ones(2)
