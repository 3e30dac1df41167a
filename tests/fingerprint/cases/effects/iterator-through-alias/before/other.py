from lib import IT as X
Z = X

