"""A TCP relay on loopback that cuts connections (script/cuts).

cutting_proxy.py PORT FOLDER: relays to PORT; writes the port it listens on to FOLDER/port and the bytes that went to PORT so far to
FOLDER/bytes. Each connection takes the first line of FOLDER/cuts, if there is one, and is reset on both sides when so many bytes have
gone either way.
"""

import os
import selectors
import socket
import struct
import sys
import threading

target, folder = int(sys.argv[1]), sys.argv[2]
lock = threading.Lock()
sent = 0


def write(name, text):
    with open(f"{folder}/{name}.new", "w") as file:
        file.write(text)
    os.rename(f"{folder}/{name}.new", f"{folder}/{name}")


def next_cut():
    """The bytes after which the next connection is cut; None for never."""
    with lock:
        try:
            with open(f"{folder}/cuts") as file:
                lines = file.read().split()
        except FileNotFoundError:
            return None
        if not lines:
            return None
        write("cuts", "".join(line + "\n" for line in lines[1:]))
        return int(lines[0])


def relay(near):
    global sent
    far = socket.create_connection(("127.0.0.1", target))
    left = next_cut()
    selector = selectors.DefaultSelector()
    selector.register(near, selectors.EVENT_READ, far)
    selector.register(far, selectors.EVENT_READ, near)
    try:
        while True:
            for key, _ in selector.select():
                room = 1 << 18 if left is None else min(left, 1 << 18)
                data = key.fileobj.recv(room) if room else b""
                if not data:
                    return
                key.data.sendall(data)
                if left is not None:
                    left -= len(data)
                if key.fileobj is near:
                    with lock:
                        sent += len(data)
                        write("bytes", str(sent))
    except OSError:
        pass
    finally:
        for end in (near, far):
            # Closed with a reset, as a broken line is noticed.
            if left == 0:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()


write("bytes", "0")
with socket.create_server(("127.0.0.1", 0)) as server:
    write("port", str(server.getsockname()[1]))
    while True:
        threading.Thread(target=relay, args=(server.accept()[0],), daemon=True).start()
