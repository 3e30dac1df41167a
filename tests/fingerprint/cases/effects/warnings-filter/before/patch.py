import warnings

