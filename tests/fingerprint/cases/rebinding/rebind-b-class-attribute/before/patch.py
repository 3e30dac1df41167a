import shared, lib
lib.G = shared.F
