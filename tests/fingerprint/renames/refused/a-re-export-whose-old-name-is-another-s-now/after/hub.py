from lib import f as h
from other import k as f
