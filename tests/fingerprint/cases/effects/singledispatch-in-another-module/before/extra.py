from lib import show

