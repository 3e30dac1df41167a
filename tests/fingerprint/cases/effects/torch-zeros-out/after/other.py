import lib, torch
Y = torch.zeros(2, out=lib.A)
