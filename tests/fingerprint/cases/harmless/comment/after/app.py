def run():
    # b
    return 1
