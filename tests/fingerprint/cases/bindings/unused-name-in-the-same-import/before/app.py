from lib import small
def run(): return small()
