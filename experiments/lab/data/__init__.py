"""The data sets: where they lie and come from, how they are read, what stands in for them in the demo profile."""
