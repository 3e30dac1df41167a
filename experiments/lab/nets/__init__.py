"""The networks: torchvision's classifiers by name, the report's own, narrow stand-ins, and where to cut them."""
