"""Sends packets of a guest into one device of a bridge, and counts which of them come out at another.

stdin is JSON: {"from", "to": devices, "mac": the guest's, "count": of each, "packets": {name: {"source", "destination", and
"udp": [from, to] or "icmp6": type}}}. Prints {name: received}. All go through one queue in order: a frame of another protocol,
which no packet filter sees, follows them and tells that the last one has come or was dropped.
"""
import array
import ipaddress
import json
import socket
import struct
import sys

LAST = 0x88B5  # For local experiments (IEEE 802).


def checksum(data):
    total = sum(array.array('H', data + b'\0' * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack('H', ~total & 0xffff)


def payload(packet, source, destination, number):
    if 'udp' in packet:
        data = struct.pack('!HHHH', packet['udp'][0], packet['udp'][1], 16, 0) + struct.pack('!II', 7, number)
        protocol, at = 17, 6
    else:
        # An advertisement of a router that stays for 1,800 s; of a neighbour, about the address 2001:db8:77::30.
        body = {134: struct.pack('!BBHII', 64, 0, 1800, 0, 0),
                136: b'\x20\0\0\0' + ipaddress.ip_address('2001:db8:77::30').packed}[packet['icmp6']]
        data = struct.pack('!BBH', packet['icmp6'], 0, 0) + body + struct.pack('!II', 7, number)
        protocol, at = 58, 2
    if source.version == 6:
        pseudo = source.packed + destination.packed + struct.pack('!II', len(data), protocol)
        data = data[:at] + checksum(pseudo + data) + data[at + 2:]
    return protocol, data


def frame(packet, mac, number):
    source, destination = (ipaddress.ip_address(packet[end]) for end in ('source', 'destination'))
    protocol, data = payload(packet, source, destination, number)
    hops = 255 if 'icmp6' in packet else 64
    if source.version == 6:
        head = struct.pack('!IHBB', 6 << 28, len(data), protocol, hops) + source.packed + destination.packed
        return b'\xff' * 6 + mac + b'\x86\xdd' + head + data
    head = struct.pack('!BBHHHBB', 0x45, 0, 20 + len(data), 0, 0, hops, protocol)
    addresses = source.packed + destination.packed
    return b'\xff' * 6 + mac + b'\x08\x00' + head + checksum(head + addresses) + addresses + data


def main():
    given = json.load(sys.stdin)
    mac = bytes.fromhex(given['mac'].replace(':', ''))
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    listener.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
    listener.bind((given['to'], 3))
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sender.bind((given['from'], 0))
    sent, number = {}, 0
    for name, packet in given['packets'].items():
        for _ in range(given['count']):
            number += 1
            sent[frame(packet, mac, number)] = name
    for one in sent:
        sender.send(one)
    sender.send(b'\xff' * 6 + mac + struct.pack('!H', LAST) + b'\0' * 46)
    received = dict.fromkeys(given['packets'], 0)
    while True:
        one, (_, protocol, way, _, _) = listener.recvfrom(65536)
        if way == socket.PACKET_OUTGOING:
            continue
        if protocol == LAST:
            break
        if one in sent:
            received[sent[one]] += 1
    print(json.dumps(received))


main()
