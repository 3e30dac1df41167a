import c
c.up(2)
