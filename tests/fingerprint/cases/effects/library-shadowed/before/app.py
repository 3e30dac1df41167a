import statistics
def run(): return statistics.mean([1, 2])
