"""Calls of gRPC's own C core: `grpc-load.py HOST PORT CALLS` makes so many of each of four kinds at `http2-origin`, forty at a time."""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

host, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
channel = grpc.insecure_channel(f"{host}:{port}")
add = channel.unary_unary("/shop.Cart/Add")
watch = channel.unary_stream("/shop.Cart/Watch")
send = channel.stream_unary("/shop.Cart/Send")
talk = channel.stream_stream("/shop.Cart/Talk")
TIMEOUT_SECONDS = 60


def call(index):
    content = b"p" * (1 + index % 400)
    metadata = (("x-request-id", str(index)), ("authorization", f"Bearer s3cr3t{index}"))
    how = {"timeout": TIMEOUT_SECONDS, "metadata": metadata}
    try:
        add(content, **how)
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.INVALID_ARGUMENT:
            raise
    list(watch(content, **how))
    send(iter([content] * (1 + index % 6)), **how)
    list(talk(iter([content] * (1 + index % 4)), **how))


with ThreadPoolExecutor(40) as pool:
    list(pool.map(call, range(count)))
channel.close()
print("done")
