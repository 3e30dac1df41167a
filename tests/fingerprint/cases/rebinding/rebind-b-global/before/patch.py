import shared, lib
lib.install(shared.OBJ)
