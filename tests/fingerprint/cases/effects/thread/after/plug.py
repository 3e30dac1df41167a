import threading, lib
t = threading.Thread(target=lambda: lib.STATE.append(2))
t.start()
