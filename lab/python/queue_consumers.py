"""Reads queue names, one a line, and answers each with the number of its consumers. Ends when the broker is not there."""

import os
import sys

import amqp

connection = amqp.Connection(
    host=os.environ["BROKER"], userid=os.environ["BROKER_USER"], password=os.environ["BROKER_PASSWORD"]
)
connection.connect()
channel = connection.channel()
for line in sys.stdin:
    try:
        consumers = channel.queue_declare(line.strip(), passive=True).consumer_count
    except amqp.NotFound:
        # The broker answers a passive declaration of an unknown queue by closing the channel.
        channel = connection.channel()
        consumers = 0
    print(consumers, flush=True)
