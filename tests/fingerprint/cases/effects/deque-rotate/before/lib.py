from collections import deque
Q = deque([1, 2, 3])
