import matplotlib
matplotlib.rcParams["lines.linewidth"] = 3
