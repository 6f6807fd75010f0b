"""A process that looks like a service of OpenStack: it listens on the ports that PORTS names, logs into LOG, and waits."""
import os
import socket
import sys

log = open(os.environ['LOG'], 'a') if 'LOG' in os.environ else None
sockets = []
for port in os.environ.get('PORTS', '').split():
    made = socket.socket(socket.AF_INET6 if port.startswith('6:') else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(('::1' if port.startswith('6:') else '127.0.0.1', int(port.replace('6:', ''))))
    made.listen(1)
    sockets.append(made)
print('ready')
sys.stdout.flush()
sys.stdin.read()
