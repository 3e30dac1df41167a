import c
c.up(3)
