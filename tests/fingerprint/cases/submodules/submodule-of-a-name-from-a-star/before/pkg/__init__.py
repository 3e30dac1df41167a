from .other import *
