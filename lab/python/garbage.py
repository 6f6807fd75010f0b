"""Has Python look for garbage seldom.

A service makes tens of thousands of objects before it serves, and again for each request. Looked through at Python's own
intervals, they cost a third of a start, and a fifteenth of neutron-server's requests.
"""

import gc

gc.set_threshold(50_000, 20, 20)
