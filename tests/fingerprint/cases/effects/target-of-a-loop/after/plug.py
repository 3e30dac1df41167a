from lib import STATE
for STATE['a'] in [1, 3]: pass
