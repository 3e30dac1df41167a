IT = reversed([1, 2])
