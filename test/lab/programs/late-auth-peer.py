"""Asks for the client's certificate after the TLS 1.3 handshake (RFC 8446 §4.6.2): `server|client key=value...`."""
import socket
import ssl
import sys

role = sys.argv[1]
options = dict(pair.split("=", 1) for pair in sys.argv[2:])


def context_for(protocol):
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(options["ca"])
    context.post_handshake_auth = True
    if "cert" in options:
        context.load_cert_chain(options["cert"], options["key"])
    return context


def serve():
    context = context_for(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_OPTIONAL
    with socket.create_server((options["address"], int(options["port"]))) as listener:
        while True:
            plain, _ = listener.accept()
            plain.settimeout(4)
            try:
                with context.wrap_socket(plain, server_side=True) as secure:
                    answer(secure)
            except OSError as error:
                print(error, flush=True)


def answer(secure):
    request = secure.recv(16384)
    before = secure.getpeercert(binary_form=True) is not None
    if b"private" in request:
        secure.verify_client_post_handshake()
        secure.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        secure.recv(16384)
    after = secure.getpeercert(binary_form=True) is not None
    print(f"before={before} after={after}", flush=True)
    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    secure.unwrap()


def ask():
    context = context_for(ssl.PROTOCOL_TLS_CLIENT)
    plain = socket.create_connection((options["address"], int(options["port"])), timeout=4)
    with context.wrap_socket(plain, server_hostname=options["name"]) as secure:
        secure.sendall(f"GET /{options['path']} HTTP/1.1\r\nHost: {options['name']}\r\n\r\n".encode())
        secure.recv(16384)
        if options["path"] == "private":
            secure.sendall(b"the rest of the request")
            secure.recv(16384)
        secure.unwrap()


serve() if role == "server" else ask()
