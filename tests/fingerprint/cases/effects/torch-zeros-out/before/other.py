import lib, torch

