import c
c.up(5)
