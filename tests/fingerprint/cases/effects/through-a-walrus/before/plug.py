import lib
(s := lib.STATE).append(1)
