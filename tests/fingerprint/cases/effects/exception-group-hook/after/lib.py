import sys
sys.excepthook = print
