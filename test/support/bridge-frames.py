"""Sends broadcast or unicast frames into one device of a bridge, and counts where they come out.

Arguments: device, source MAC, destination MAC, count, then the devices to listen on. Prints {"device": received}.
"""
import json
import select
import socket
import struct
import sys

ETHERTYPE = 0x88B5  # For local experiments (IEEE 802).


def address(text):
    return bytes(int(part, 16) for part in text.split(':'))


def open_at(device):
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE))
    one.bind((device, ETHERTYPE))
    return one


sender, source, destination, count = sys.argv[1], address(sys.argv[2]), address(sys.argv[3]), int(sys.argv[4])
listeners = dict((open_at(device), device) for device in sys.argv[5:])
received = dict((device, 0) for device in listeners.values())
out = open_at(sender)
for number in range(count):
    out.send(destination + source + struct.pack('!HI', ETHERTYPE, number) + b'\0' * 40)
while True:
    ready = select.select(list(listeners), [], [], 0.3)[0]
    if not ready:
        break
    for one in ready:
        if one.recvfrom(2048)[1][2] != socket.PACKET_OUTGOING:
            received[listeners[one]] += 1
print(json.dumps(received))
