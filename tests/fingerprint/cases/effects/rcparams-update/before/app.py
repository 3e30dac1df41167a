import matplotlib as mpl, patch
def run(): return mpl.rcParams["lines.linewidth"]
