IT = enumerate([1, 2])

