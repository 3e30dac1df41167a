import matplotlib
matplotlib.rcParams["lines.linewidth"] = 4
