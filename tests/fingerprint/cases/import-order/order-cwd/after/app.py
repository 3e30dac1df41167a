import os
from pathlib import Path
os.chdir("/")
X = Path(".").resolve()

def run(): return str(X) == "/"
