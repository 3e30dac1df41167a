class C:
    import two
