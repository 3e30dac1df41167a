from contextvars import ContextVar
V = ContextVar("v", default=0)
