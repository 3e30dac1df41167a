from lib import f
