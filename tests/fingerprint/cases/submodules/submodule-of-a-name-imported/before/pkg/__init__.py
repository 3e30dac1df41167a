from .other import f
