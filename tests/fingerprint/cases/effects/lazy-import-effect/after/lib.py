import state
state.N.append(1)
