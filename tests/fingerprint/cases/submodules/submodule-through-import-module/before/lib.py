import importlib

