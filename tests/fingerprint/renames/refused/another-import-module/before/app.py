from lib import import_module


def run():
    return import_module("pkg")
