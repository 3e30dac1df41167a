class A:
    x = 1
    import plug
