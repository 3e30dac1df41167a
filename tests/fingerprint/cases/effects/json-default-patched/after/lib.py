import json
json.dumps = lambda x: "b"
