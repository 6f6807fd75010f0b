"""One TCP connection between two network namespaces: argv FROM SOURCE TO ADDRESS; prints `yes` when a word came back."""
import ctypes
import os
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
SECONDS = 3


def enter(namespace):
    handle = os.open('/run/netns/' + namespace, os.O_RDONLY)
    if libc.setns(handle, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), 'setns ' + namespace)
    os.close(handle)


sender, source, receiver, address = sys.argv[1:]
enter(receiver)
listener = socket.create_server((address, 0))
listener.settimeout(SECONDS)
enter(sender)
try:
    client = socket.create_connection(listener.getsockname()[:2], SECONDS, (source, 0))
    served, _ = listener.accept()
    served.settimeout(SECONDS)
    client.sendall(b'word')
    served.sendall(served.recv(4))
    print('yes' if client.recv(4) == b'word' else 'no')
except (socket.timeout, OSError) as error:
    print('no: %s' % error)
