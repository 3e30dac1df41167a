import os
os.environ.setdefault("XYZZY2", "a")
