import os
os.environ["XYZZY"] = "a"
