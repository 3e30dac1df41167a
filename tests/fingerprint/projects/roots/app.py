from lib import f
from core.engine import g
import figures
def run(): return f(1), g(1), figures.x
