from lib import show
import extra
def run(): return show(1)
