import state

