def run():
    "two"
    return run.__doc__
