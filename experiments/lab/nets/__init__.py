"""The networks: torchvision's classifiers by name, the narrow stand-ins of the demo profile, and where they can be cut."""
