def run():
    "one"
    return run.__doc__
