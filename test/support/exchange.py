"""Exchanges two names with renameat2(RENAME_EXCHANGE) until stdin ends; then prints how often."""
import ctypes
import os
import select
import sys

libc = ctypes.CDLL(None, use_errno=True)
first, second = (os.fsencode(path) for path in sys.argv[1:])
print('exchanging', flush=True)
rounds = 0
while not select.select([0], [], [], 0)[0]:
    for _ in range(50):
        if libc.syscall(316 if os.uname()[4] == 'x86_64' else 276, -100, first, -100, second, 2) != 0:
            sys.exit(os.strerror(ctypes.get_errno()))
        rounds += 1
print(rounds)
