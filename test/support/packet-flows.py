"""UDP flows between network namespaces, counted by sequence number; all of them in this one process, by one clock.

The first line of stdin is JSON: {"limit": packets a flow, "flows": [{"name", "from", "source", "to", "address",
"everyTicks", "newPorts", "frame": {"device", "from", "to"}}]}. A tick is 5 ms. `from` and `to` are namespaces; `source`
need not be an address of `from`. With `frame` the whole frame is written, IPv4, with these two MACs. Each following line is
answered by one line of JSON: `mark` with what every flow has sent and received so far, `stop` with the report; then it
ends, as it does at the end of stdin, or when it was not stopped within a minute of its limit.
"""
import array
import ctypes
import fcntl
import json
import os
import selectors
import socket
import struct
import sys
import time

TICK = 0.005
IP_TRANSPARENT = 19
libc = ctypes.CDLL(None, use_errno=True)
handles = {}


def enter(namespace):
    """The sockets that this process makes from now on belong to that namespace, and go on belonging to it."""
    if namespace not in handles:
        handles[namespace] = os.open('/run/netns/' + namespace, os.O_RDONLY)
    if libc.setns(handles[namespace], 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), 'setns ' + namespace)


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def udp(namespace, address, port):
    enter(namespace)
    sock = socket.socket(family_of(address), socket.SOCK_DGRAM)
    level, option = (41, 75) if ':' in address else (socket.SOL_IP, IP_TRANSPARENT)
    sock.setsockopt(level, option, 1)  # The address may be somebody else's.
    sock.bind((address, port))
    return sock


def checksum(data):
    total = sum(array.array('H', data + b'\0' * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack('H', ~total & 0xffff)


class Flow:
    def __init__(self, spec, port):
        self.name, self.every, self.spec, self.port = spec['name'], spec['everyTicks'], spec, port
        self.sent, self.received, self.duplicates, self.seen = 0, 0, 0, bytearray()
        self.inbox = udp(spec['to'], spec['address'], port)
        self.inbox.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        self.inbox.setblocking(False)
        if 'frame' in spec:
            self.head = self.frame_head()
        elif not spec['newPorts']:
            self.outbox = udp(spec['from'], spec['source'], 0)

    def frame_head(self):
        spec, frame = self.spec, self.spec['frame']
        enter(spec['from'])
        self.outbox = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.outbox.bind((frame['device'], 0))
        ethernet = bytes.fromhex((frame['to'] + frame['from']).replace(':', '')) + b'\x08\x00'
        addresses = socket.inet_aton(spec['source']) + socket.inet_aton(spec['address'])
        ip = struct.pack('!BBHHHBB', 0x45, 0, 36, 0, 0, 64, 17)
        return ethernet + ip + checksum(ip + addresses) + addresses + struct.pack('!HHHH', 40000, self.port, 16, 0)

    def send(self):
        payload = struct.pack('!II', self.port, self.sent)
        self.sent += 1
        self.seen.append(0)
        if 'frame' in self.spec:
            self.outbox.send(self.head + payload)
        elif self.spec['newPorts']:
            with udp(self.spec['from'], self.spec['source'], 0) as sock:
                sock.sendto(payload, (self.spec['address'], self.port))
        else:
            self.outbox.sendto(payload, (self.spec['address'], self.port))

    def receive(self):
        while True:
            try:
                payload = self.inbox.recv(64)
            except BlockingIOError:
                return
            port, number = struct.unpack('!II', payload)
            if port != self.port:
                raise ValueError('a packet of another flow')
            if self.seen[number]:
                self.duplicates += 1
            else:
                self.received += 1
            self.seen[number] = 1

    def arrived(self):
        """[first, last] of each unbroken run of sequence numbers."""
        runs, start = [], None
        for number, seen in enumerate(self.seen + b'\0'):
            if seen and start is None:
                start = number
            if not seen and start is not None:
                runs.append([start, number - 1])
                start = None
        return runs


class Run:
    def __init__(self, plan):
        self.flows = [Flow(spec, 20000 + index) for index, spec in enumerate(plan['flows'])]
        self.limit, self.ticks, self.running = plan['limit'], 0, True
        self.selector = selectors.DefaultSelector()
        for flow in self.flows:
            self.selector.register(flow.inbox, selectors.EVENT_READ, flow)
        fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK)
        self.selector.register(0, selectors.EVENT_READ, None)
        self.typed = b''

    def command(self):
        read = os.read(0, 4096)
        self.typed += read
        *lines, self.typed = self.typed.split(b'\n')
        for line in lines:
            if line == b'stop':
                self.running = False
            else:
                self.say(dict((f.name, {'sent': f.sent, 'received': f.received}) for f in self.flows))
        if not read:
            sys.exit(0)

    def listen_until(self, until):
        while True:
            left = until - time.monotonic()
            for key, _ in self.selector.select(max(left, 0)):
                if key.data is None:
                    self.command()
                else:
                    key.data.receive()
            if left <= 0:
                return

    def go(self):
        at = began = time.monotonic()
        while self.running:
            at = max(at + TICK, time.monotonic() - 4 * TICK)  # After a pause of this machine no burst makes up for it.
            self.listen_until(at)
            if time.monotonic() - began > self.limit * TICK + 60:
                return
            for flow in self.flows:
                if self.ticks % flow.every == 0 and flow.sent < self.limit:
                    flow.send()
            self.ticks += 1
        took = time.monotonic() - began
        self.listen_until(time.monotonic() + 1)  # The last ones are on their way.
        report = dict((f.name, {'sent': f.sent, 'duplicates': f.duplicates, 'arrived': f.arrived()}) for f in self.flows)
        self.say({'seconds': took, 'cpuSeconds': time.process_time(), 'flows': report})

    @staticmethod
    def say(answer):
        sys.stdout.write(json.dumps(answer) + '\n')
        sys.stdout.flush()


Run(json.loads(sys.stdin.buffer.raw.readline())).go()
