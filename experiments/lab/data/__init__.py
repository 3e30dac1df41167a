"""The data sets: where they lie, where they come from, how they are read, and what stands in for them in the demo profile."""
