from other import *
from lib import *
