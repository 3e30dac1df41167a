import threading, lib
t = threading.Thread(target=lambda: lib.STATE.append(1))
t.start()
