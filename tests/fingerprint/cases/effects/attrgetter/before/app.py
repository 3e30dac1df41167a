import lib
from operator import attrgetter
def run(): return attrgetter("f")(lib)()
