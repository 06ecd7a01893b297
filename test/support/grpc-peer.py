"""A peer on gRPC's own C core: `server PORT LOG`, or `client HOST:PORT CALLS [pause]`. See grpc-peer.ts."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc


class Handler(grpc.GenericRpcHandler):
    def __init__(self, log):
        self.log = log
        self.lock = threading.Lock()

    def service(self, details):
        return grpc.stream_stream_rpc_method_handler(lambda asked, context: self.answer(details.method, asked, context))

    def note(self, path, received, sent, code):
        sizes = [sum(map(len, messages)) for messages in (received, sent)]
        with self.lock:
            print("POST", path, 200, len(received), len(sent), *sizes, code, file=self.log, flush=True)

    def answer(self, path, asked, context):
        received, sent = [], []
        name = path.rsplit("/", 1)[1]
        if name == "Hang":
            over = threading.Event()
            context.add_callback(over.set)
            content = next(asked)
            self.note(path, [content], [content], "-")
            yield content
            over.wait()
            return
        for content in asked:
            received.append(content)
            if name == "Talk":
                sent.append(content)
                yield content
        last = received[-1]
        if name in ("Add", "Pack") and len(last) % 10 == 0:
            self.note(path, received, sent, 3)
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not so")
        if name == "Watch":
            sent = [last] * (1 + len(last) % 5)
        elif name != "Talk":
            sent = [last]
        self.note(path, received, sent, 0)
        if name != "Talk":
            yield from sent


def serve(port, path):
    server = grpc.server(ThreadPoolExecutor(100))
    server.add_generic_rpc_handlers((Handler(open(path, "w")),))
    server.add_insecure_port(f"0.0.0.0:{port}")
    server.start()
    print("listening", flush=True)
    server.wait_for_termination()


def content(index):
    """1: a mail address, 2: a number, 3: a text."""
    text = b"p" * (1 + index % 100)
    return b"\x0a\x0fada@example.com\x10\x2a\x1a" + bytes([len(text)]) + text


def load(target, calls, pauses):
    channel = grpc.insecure_channel(target)
    half = calls // 2 if pauses else calls

    def unary(index, name, **how):
        try:
            channel.unary_unary(f"/shop.Cart/{name}")(content(index), timeout=60, **how)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.INVALID_ARGUMENT:
                raise

    def hang(index):
        over = threading.Event()

        def ask():
            yield content(index)
            over.wait()

        call = channel.stream_stream("/shop.Cart/Hang")(ask())
        next(call)
        call.cancel()
        over.set()

    def everything(index):
        unary(index, "Add")
        unary(index, "Pack", compression=grpc.Compression.Gzip)
        list(channel.unary_stream("/shop.Cart/Watch")(content(index), timeout=60))
        channel.stream_unary("/shop.Cart/Send")(iter([content(index)] * (1 + index % 6)), timeout=60)
        list(channel.stream_stream("/shop.Cart/Talk")(iter([content(index)] * (1 + index % 4)), timeout=60))
        if index % 10 == 0:
            hang(index)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(everything, range(half)))
        if pauses:
            print("half", flush=True)
            sys.stdin.read(1)
            list(pool.map(everything, range(half, calls)))
    channel.close()
    print("done", flush=True)


role, first, second = sys.argv[1:4]
if role == "server":
    serve(first, second)
else:
    load(first, int(second), len(sys.argv) > 4)
