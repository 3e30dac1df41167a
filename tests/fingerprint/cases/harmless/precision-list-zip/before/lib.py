import pandas as pd
A = [1, 2]
B = list(zip(A, A))
C = dict(enumerate(A))
D = sum(x for x in A)
E = pd.DataFrame({"a": A})

