IT = enumerate([1, 2])
Y = sum(i for i, _ in IT)
