def at_import(): return 1
def at_import_too(): return 2
NOBODY_USES = at_import(), at_import_too()
def used(): return 2
