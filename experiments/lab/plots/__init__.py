"""The kinds of picture that several experiments draw, one a file."""
