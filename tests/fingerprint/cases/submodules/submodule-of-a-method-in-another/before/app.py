import pkg
from helper import check
def run(): return check()
