from lib import STATE
_ = [0 for STATE['a'] in [1, 3]]
