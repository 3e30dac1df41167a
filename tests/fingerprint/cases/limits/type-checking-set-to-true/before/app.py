import typing
typing.TYPE_CHECKING = True
from lib import x
def run(): return x
