class C:
    import one
