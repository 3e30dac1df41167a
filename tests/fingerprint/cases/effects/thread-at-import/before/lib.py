import threading
L = []
t = threading.Thread(target=L.append, args=(1,))
t.start(); t.join()
