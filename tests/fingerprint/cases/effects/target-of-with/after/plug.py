from lib import STATE
with open('b') as STATE.k: pass
