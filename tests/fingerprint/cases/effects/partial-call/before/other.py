from lib import add

