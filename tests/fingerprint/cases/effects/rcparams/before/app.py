import matplotlib, patch
def run(): return matplotlib.rcParams["lines.linewidth"]
