def run():
    try:
        raise KeyError(1)
    except LookupError as e:
        return type(e).__name__
