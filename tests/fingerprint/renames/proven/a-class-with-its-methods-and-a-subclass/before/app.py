from lib import Base


class Mine(Base):
    pass


def run():
    return Mine().width() + Base.depth(3)
