from lib import STATE
with open('a') as STATE.k: pass
