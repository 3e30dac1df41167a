import patch
def run(): return len([1])
