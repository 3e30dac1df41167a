import threading
L = []
t = threading.Thread(target=L.append, args=(2,))
t.start(); t.join()
