import b
X = b.get()
