def run():
    try:
        raise IndexError(1)
    except LookupError as e:
        return type(e).__name__
