import torch
class N(torch.nn.Module):
    @torch.no_grad()
    def forward(self, x): return -x
def f(x): return x
