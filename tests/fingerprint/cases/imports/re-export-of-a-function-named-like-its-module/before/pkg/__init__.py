from .gram import gram
