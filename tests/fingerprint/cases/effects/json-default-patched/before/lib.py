import json
json.dumps = lambda x: "a"
