def run():
    import a
