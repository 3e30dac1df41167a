import lib, state
def run(): return state.L
