import setup_all
def run(): return 1
