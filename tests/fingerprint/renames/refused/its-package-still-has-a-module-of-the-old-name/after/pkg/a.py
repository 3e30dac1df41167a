from d import f
