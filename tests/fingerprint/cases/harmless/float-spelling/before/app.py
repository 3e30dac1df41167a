def run(): return 1e3
