import sys, io

