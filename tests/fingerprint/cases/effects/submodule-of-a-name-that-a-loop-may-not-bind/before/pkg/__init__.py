for sub in ():
    pass
