from lib import A

