import lib, one, two
lib.tool = two
