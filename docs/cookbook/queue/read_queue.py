"""Reads the events of a queue by AMQP 1.0 and prints them, one a line: python3 read_queue.py [URL]

Needs Qpid Proton: Debian's python3-qpid-proton, or pip install python-qpid-proton.
"""
import sys

from proton.utils import BlockingConnection

connection = BlockingConnection(sys.argv[1] if len(sys.argv) > 1 else "amqp://127.0.0.1:61616")
receiver = connection.create_receiver("jobrelay.changes")
while True:
    event = receiver.receive(timeout=None).body
    print(event, flush=True)
    receiver.accept()  # the event leaves the queue: keep it before this
