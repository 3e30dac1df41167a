import lib

