"""Runs a program to which the kernel answers as it does without a module of the packet filter (seccomp, x86-64).

usage: kernel-without.py nf_tables|ip_tables PROGRAM ARGUMENT...
"""
import ctypes
import errno
import os
import struct
import sys

LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
SOCKET, GETSOCKOPT = 41, 55
NETLINK_NETFILTER, GET_INFO = 12, 64
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2


def refusing(call, third, number):
    """This system call fails with this errno where its third argument is `third`."""
    return [(LOAD, 0, 0, 0), (EQUAL, 0, 2, call), (LOAD, 0, 0, 32), (EQUAL, 1, 0, third), (RETURN, 0, 0, ALLOW),
            (RETURN, 0, 0, FAIL | number)]


filters = {
    'nf_tables': refusing(SOCKET, NETLINK_NETFILTER, errno.EPROTONOSUPPORT),
    'ip_tables': refusing(GETSOCKOPT, GET_INFO, errno.ENOPROTOOPT),
}
code = filters[sys.argv[1]]
text = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in code))
program = ctypes.create_string_buffer(struct.pack('HxxxxxxQ', len(code), ctypes.addressof(text)))
libc = ctypes.CDLL(None, use_errno=True)
for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, FILTER, ctypes.addressof(program), 0, 0)):
    if libc.prctl(*[ctypes.c_ulong(argument) for argument in arguments]) != 0:
        raise OSError(ctypes.get_errno(), 'prctl')
os.execv(sys.argv[2], sys.argv[2:])
