import sys
sys.setrecursionlimit(3000)
