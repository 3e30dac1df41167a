import two_below
