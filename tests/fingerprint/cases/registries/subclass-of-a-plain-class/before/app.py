import nets
from reg import Net
def run(n): return Net()
