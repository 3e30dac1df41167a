import sys


def run(): return sys._getframe().f_lineno
