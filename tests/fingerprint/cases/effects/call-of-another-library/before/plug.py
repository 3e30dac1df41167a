import torch
_ = torch.manual_seed(1)
