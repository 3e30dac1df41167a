"""Carrying steps out: when (`schedule`), where (`executors`), one of them (`worker`), and what it leaves (`products`, `pictures`)."""
