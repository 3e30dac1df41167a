IT = (i for i in range(5))
