"""Sends frames into ports of a host's bridges and tells where they came out, and what the host's rules have counted.

argv: the host's namespace, the namespace of the ports' other ends, the command that prints tables with counters. Each line of
stdin is a JSON list of [name of the other end, frame in hex]. It is answered by one line of JSON: {"arrived": for each frame
the other ends at which it came out, "saved": the tables}. All frames go through one queue in order: a frame of another
protocol, which no table sees, follows them into every port and tells that all before it have come or were dropped.
"""
import ctypes
import json
import os
import select
import socket
import subprocess
import sys

LAST = b'\x88\xb5'  # For local experiments (IEEE 802).
BROADCAST = b'\xff' * 6
libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    with open('/run/netns/' + namespace) as handle:
        if libc.setns(handle.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), 'setns ' + namespace)


class Ends(object):
    """One socket at each port's other end."""

    def __init__(self, namespace):
        enter(namespace)
        self.sockets = {}
        for name in [name for _, name in socket.if_nameindex() if name != 'lo']:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            sock.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)  # SO_RCVBUFFORCE
            sock.bind((name, 3))
            self.sockets[name] = sock

    def received(self, name):
        frame, (_, _, way, _, _) = self.sockets[name].recvfrom(65536)
        return None if way == socket.PACKET_OUTGOING else frame

    def exchange(self, frames, neighbours):
        number = dict((bytes.fromhex(text), index) for index, (_, text) in enumerate(frames))
        if len(number) != len(frames):
            raise ValueError('two frames are the same')
        arrived = [[] for _ in frames]
        for name, text in frames:
            self.sockets[name].send(bytes.fromhex(text))
        senders = sorted(set(name for name, _ in frames))
        missing = set()
        for name in senders:
            mark = b'\x02' + name.encode('ascii').ljust(15, b'\0')
            self.sockets[name].send(BROADCAST + b'\x02\0\0\0\0\1' + LAST + mark.ljust(46, b'\0'))
            missing.update((other, mark) for other in neighbours[name])
        by_socket = dict((sock, name) for name, sock in self.sockets.items())
        while missing:
            ready, _, _ = select.select(list(by_socket), [], [], 20)
            if not ready:
                raise ValueError('the last frame did not come out at %s' % sorted(missing))
            for sock in ready:
                name = by_socket[sock]
                frame = self.received(name)
                if frame is None:
                    continue
                if frame[12:14] == LAST:
                    missing.discard((name, frame[14:30]))
                elif frame in number:
                    arrived[number[frame]].append(name)
        return arrived


def main():
    host, other, *save = sys.argv[1:]
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    neighbours = json.loads(sys.stdin.readline())
    ends = Ends(other)
    for line in sys.stdin:
        arrived = ends.exchange(json.loads(line), neighbours)
        saved = subprocess.run(['ip', 'netns', 'exec', host] + save, stdout=subprocess.PIPE, check=True).stdout
        print(json.dumps({'arrived': arrived, 'saved': saved.decode('ascii')}), flush=True)


main()
