import torch
_ = torch.set_num_threads(1)
def run(): return 1
