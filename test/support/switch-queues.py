"""Gives the sockets by which a userspace Open vSwitch receives packets room for some seconds of them; argv: its pid.

It takes them from queues of net.core.rmem_default bytes, that is a few hundred packets: a machine whose processors are busy
elsewhere for half a second loses packets there, which a switch in the kernel would not. Only these sockets are changed.
"""
import ctypes
import os
import socket
import sys

PIDFD_GETFD = 438
ROOM = 8 << 20

libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
process = os.pidfd_open(pid)
for name in os.listdir('/proc/%d/fd' % pid):
    try:
        if not os.readlink('/proc/%d/fd/%s' % (pid, name)).startswith('socket:'):
            continue
    except FileNotFoundError:
        continue
    fd = libc.syscall(PIDFD_GETFD, process, int(name), 0)
    if fd < 0:
        raise OSError(ctypes.get_errno(), 'pidfd_getfd')
    with socket.socket(fileno=fd) as sock:
        if sock.family == socket.AF_PACKET:
            sock.setsockopt(socket.SOL_SOCKET, 33, ROOM)  # SO_RCVBUFFORCE
