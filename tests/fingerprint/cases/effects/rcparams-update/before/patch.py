from matplotlib import rcParams
rcParams.update({"lines.linewidth": 3})
