def h():
    pass
