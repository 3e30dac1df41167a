import state
def run():
    import lib
    return state.N
