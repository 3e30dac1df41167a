from lib import large, small
def run(): return small()
