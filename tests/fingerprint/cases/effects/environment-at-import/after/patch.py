import os
os.environ["XYZZY"] = "b"
