"""Prints what is sent to one host's queue, a message a line, from a queue of its own beside it: so also what the broker drops.

A line "drop" on stdin deletes the host's queue.
"""

import os
import sys
import threading

import amqp


def connect():
    connection = amqp.Connection(host=os.environ["BROKER"], userid="stack", password=os.environ["PASSWORD"])
    connection.connect()
    return connection


def read_orders(topic):
    for _ in sys.stdin:
        connection = connect()
        connection.channel().queue_delete(topic)
        connection.close()
        print("dropped", flush=True)
    os._exit(0)


topic = os.environ["TOPIC"]
connection = connect()
channel = connection.channel()
witness = channel.queue_declare(exclusive=True).queue
channel.queue_bind(witness, exchange="nova", routing_key=topic)
channel.basic_consume(witness, no_ack=True, callback=lambda message: print(message.body.replace("\n", " "), flush=True))
print("bound", flush=True)
threading.Thread(target=read_orders, args=(topic,), daemon=True).start()
while True:
    connection.drain_events()
