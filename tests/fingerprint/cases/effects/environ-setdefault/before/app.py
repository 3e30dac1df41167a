import os, patch
def run(): return os.environ["XYZZY2"]
