import state
state.L.append(1)
