import one_below
