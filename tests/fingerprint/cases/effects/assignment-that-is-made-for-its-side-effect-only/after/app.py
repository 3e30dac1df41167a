import torch
_ = torch.set_num_threads(2)
def run(): return 1
