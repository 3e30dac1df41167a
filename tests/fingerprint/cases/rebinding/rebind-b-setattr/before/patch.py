import shared, lib
setattr(lib, "T", shared.OBJ)
