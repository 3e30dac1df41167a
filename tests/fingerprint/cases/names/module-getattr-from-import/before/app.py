from lib import zed
def run(): return zed
