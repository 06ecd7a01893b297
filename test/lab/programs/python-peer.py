"""A TLS peer on Python's ssl module: `server|client key=value...`."""
import json
import os
import random
import socket
import ssl
import sys
import time

role = sys.argv[1]
options = dict(pair.split("=", 1) for pair in sys.argv[2:])
version = ssl.TLSVersion.TLSv1_2 if options["version"] == "1.2" else ssl.TLSVersion.TLSv1_3


def context_for(protocol):
    context = ssl.SSLContext(protocol)
    context.minimum_version = context.maximum_version = version
    context.load_verify_locations(options["ca"])
    if "cert" in options:
        context.load_cert_chain(options["cert"], options["key"])
    return context


def frame(kind, flags, stream, payload):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def answer_to(request):
    body = os.urandom(random.randint(1, 3000))
    if request.startswith(b"PRI"):
        return frame(4, 0, 0, b"") + frame(1, 4, 1, b"\x88") + frame(0, 1, 1, body)
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def serve():
    context = context_for(ssl.PROTOCOL_TLS_SERVER)
    modes = {"none": ssl.CERT_NONE, "request": ssl.CERT_OPTIONAL, "require": ssl.CERT_REQUIRED}
    context.verify_mode = modes[options["auth"]]
    context.set_alpn_protocols(["h2", "http/1.1"])
    listener = socket.create_server((options["address"], int(options["port"])))
    while True:
        plain, peer = listener.accept()
        plain.settimeout(4)
        try:
            answer(context, plain, peer)
        except OSError as error:
            print(error, file=sys.stderr, flush=True)


def answer(context, plain, peer):
    with context.wrap_socket(plain, server_side=True) as secure:
        presented = bool(secure.getpeercert(binary_form=True))
        print(json.dumps({"port": peer[1], "presented": presented, "resumed": secure.session_reused}), flush=True)
        request = secure.recv(16384)
        if request.startswith(b"PRI"):
            # An HTTP/2 client may send its request a moment after the preface.
            time.sleep(0.03)
        secure.sendall(answer_to(request))
        secure.unwrap()


def connect():
    context = context_for(ssl.PROTOCOL_TLS_CLIENT)
    if options["alpn"] == "h2":
        context.set_alpn_protocols(["h2", "http/1.1"])
    session = None
    for _ in range(int(options["connections"])):
        plain = socket.create_connection((options["address"], int(options["port"])), timeout=4)
        try:
            session = ask(context.wrap_socket(plain, server_hostname=options["name"], session=session)) or session
        except OSError as error:
            print(error, file=sys.stderr)
        time.sleep(0.02)


def ask(secure):
    with secure:
        seen = {"port": secure.getsockname()[1], "resumed": secure.session_reused}
        print("CLIENT", json.dumps(seen, separators=(",", ":")), flush=True)
        chosen = options["http2"] if secure.selected_alpn_protocol() == "h2" else options["http1"]
        with open(chosen, "rb") as request:
            secure.sendall(request.read())
        secure.settimeout(0.3)
        try:
            while part := secure.recv(16384):
                sys.stdout.buffer.write(part)
        except TimeoutError:
            pass
        return secure.session


serve() if role == "server" else connect()
