def h():
    import pkg.f
