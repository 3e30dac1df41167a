import shared, lib
lib.g = shared.f
