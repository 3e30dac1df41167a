import torch

