import lib, one, two
lib.tool = one
