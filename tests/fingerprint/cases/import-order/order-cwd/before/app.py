import os
from pathlib import Path
X = Path(".").resolve()
os.chdir("/")

def run(): return str(X) == "/"
