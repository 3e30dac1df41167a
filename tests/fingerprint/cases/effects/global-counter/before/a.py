import c
c.up(1)
