def at_import(): return 1
NOBODY_USES = at_import()
def used(): return 2
