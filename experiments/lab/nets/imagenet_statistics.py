"""The statistics of ImageNet's colours that networks trained on it expect their input to be normalised by."""

MEAN = (0.485, 0.456, 0.406)
"""Mean of the red, green and blue channels, for values from 0 to 1."""

DEVIATION = (0.229, 0.224, 0.225)
"""Standard deviation of the three channels, for values from 0 to 1."""
