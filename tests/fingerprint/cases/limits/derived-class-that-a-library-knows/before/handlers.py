import logging
class Loud(logging.Handler):
    level_of_all = 1
