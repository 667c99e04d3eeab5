"""The test service (see ../test-service.ts) on C-core. Prints its port, then serves until its standard input ends."""

import sys
import threading
import time
from concurrent import futures

import grpc

PATTERN = bytes(range(256)) * (4 * 1024 * 1024 // 256)
METHODS = {
    "Empty": (False, False),
    "Unary": (False, False),
    "StreamIn": (True, False),
    "StreamOut": (False, True),
    "Chat": (True, True),
    "AwaitCancelled": (False, False),
}


class Cancellations:
    def __init__(self):
        self._lock = threading.Lock()
        self._events = {}

    def of(self, call_id):
        with self._lock:
            return self._events.setdefault(call_id, threading.Event())


CANCELLED = Cancellations()


def number(octets, at=0):
    return int.from_bytes(octets[at : at + 4], "big")


def values(context, name):
    return [value for key, value in context.invocation_metadata() if key == name]


def begin(context):
    """Does what the metadata asks for before any message. Raises to end the call with a status."""
    for call_id in values(context, "x-call-id"):
        event = CANCELLED.of(call_id)
        context.add_callback(lambda: event.set())
    echoed = values(context, "x-echo-initial")
    if echoed:
        context.send_initial_metadata([("x-echo-initial", value) for value in echoed])
    trailers = [("x-echo-trailing-bin", value) for value in values(context, "x-echo-trailing-bin")]
    if values(context, "x-tell-deadline"):
        trailers.append(("x-deadline-ms", str(round(context.time_remaining() * 1000))))
    context.set_trailing_metadata(trailers)
    for delay in values(context, "x-sleep-ms"):
        until = time.monotonic() + int(delay) / 1000
        while context.is_active() and time.monotonic() < until:
            time.sleep(0.01)
    for code in values(context, "x-status"):
        message = b"".join(values(context, "x-status-message-bin")).decode()
        context.abort(next(one for one in grpc.StatusCode if one.value[0] == int(code)), message)


def empty(request, context):
    begin(context)
    return b""


def unary(request, context):
    begin(context)
    return len(request).to_bytes(4, "big") + PATTERN[: number(request)]


def stream_in(requests, context):
    begin(context)
    count = size = 0
    for message in requests:
        count += 1
        size += len(message)
    return count.to_bytes(4, "big") + size.to_bytes(4, "big")


def stream_out(request, context):
    begin(context)
    for at in range(0, len(request), 4):
        yield PATTERN[: number(request, at)]


def chat(requests, context):
    begin(context)
    for message in requests:
        yield PATTERN[: number(message)]


def await_cancelled(request, context):
    CANCELLED.of(request.decode()).wait()
    return b""


BEHAVIOURS = {
    "Empty": empty,
    "Unary": unary,
    "StreamIn": stream_in,
    "StreamOut": stream_out,
    "Chat": chat,
    "AwaitCancelled": await_cancelled,
}
HANDLERS = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=60))
    handlers = {name: HANDLERS[shape](BEHAVIOURS[name]) for name, shape in METHODS.items()}
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("interop.Test", handlers)])
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main()
