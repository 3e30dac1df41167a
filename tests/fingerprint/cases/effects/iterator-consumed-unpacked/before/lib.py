IT = iter([1, 2])
