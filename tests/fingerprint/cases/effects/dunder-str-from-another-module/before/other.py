from lib import Thing

