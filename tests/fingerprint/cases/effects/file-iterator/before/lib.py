import io
F = io.StringIO("a\nb\n")
