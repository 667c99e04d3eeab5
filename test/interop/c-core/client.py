"""The cases of ../grpc-js-cases.ts, by their names, for a client on C-core. One line of JSON for each case."""

import json
import queue
import sys
import traceback
import uuid

import grpc

MEBIBYTE = 1 << 20
PATTERN = bytes(range(256)) * (4 * MEBIBYTE // 256)
SPECIAL_MESSAGE = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
PATIENCE = 20


def numbers(*values):
    return b"".join(value.to_bytes(4, "big") for value in values)


def sized(reply, ballast=0):
    return numbers(reply) + PATTERN[:ballast]


def unary(channel, path, request, metadata=(), timeout=PATIENCE):
    return channel.unary_unary(path)(request, metadata=metadata, timeout=timeout)


def failure(action):
    try:
        action()
    except grpc.RpcError as error:
        return error.code(), error.details()
    raise AssertionError("the call succeeded")


def empty_unary(channel):
    assert unary(channel, "/interop.Test/Empty", b"") == b""


def large_unary(channel):
    reply = unary(channel, "/interop.Test/Unary", sized(3 * MEBIBYTE // 2, 2 * MEBIBYTE))
    assert reply == numbers(4 + 2 * MEBIBYTE) + PATTERN[: 3 * MEBIBYTE // 2]


def client_streaming(channel):
    sizes = [27182, 8, 0, 1828, 45904, MEBIBYTE]
    reply = channel.stream_unary("/interop.Test/StreamIn")(iter(PATTERN[:size] for size in sizes), timeout=PATIENCE)
    assert reply == numbers(len(sizes), sum(sizes))


def server_streaming(channel):
    sizes = [31415, 9, 0, 2653, 58979, MEBIBYTE]
    replies = list(channel.unary_stream("/interop.Test/StreamOut")(numbers(*sizes), timeout=PATIENCE))
    assert replies == [PATTERN[:size] for size in sizes]


def ping_pong(channel):
    requests = queue.Queue()
    call = channel.stream_stream("/interop.Test/Chat")(iter(requests.get, None), timeout=PATIENCE)
    for size in [31415, 9, 0, 2653, 58979]:
        requests.put(sized(size, 27182))
        assert next(call) == PATTERN[:size]
    requests.put(None)
    assert list(call) == []
    assert call.code() == grpc.StatusCode.OK


def empty_stream(channel):
    call = channel.stream_stream("/interop.Test/Chat")(iter(()), timeout=PATIENCE)
    assert list(call) == []
    assert call.code() == grpc.StatusCode.OK


def cancel_after_begin(channel):
    call_id = str(uuid.uuid4())
    requests = queue.Queue()
    requests.put(PATTERN[:10])
    metadata = (("x-call-id", call_id), ("x-echo-initial", "begun"))
    call = channel.stream_unary("/interop.Test/StreamIn").future(iter(requests.get, None), metadata=metadata)
    assert ("x-echo-initial", "begun") in call.initial_metadata()
    call.cancel()
    requests.put(None)
    assert call.code() == grpc.StatusCode.CANCELLED
    unary(channel, "/interop.Test/AwaitCancelled", call_id.encode())


def cancel_after_first_response(channel):
    call_id = str(uuid.uuid4())
    requests = queue.Queue()
    requests.put(sized(31415))
    call = channel.stream_stream("/interop.Test/Chat")(iter(requests.get, None), metadata=(("x-call-id", call_id),))
    assert next(call) == PATTERN[:31415]
    call.cancel()
    requests.put(None)
    assert failure(lambda: next(call))[0] == grpc.StatusCode.CANCELLED
    unary(channel, "/interop.Test/AwaitCancelled", call_id.encode())


def timeout_on_sleeping_server(channel):
    metadata = (("x-sleep-ms", "20000"),)
    code, _ = failure(lambda: unary(channel, "/interop.Test/Empty", b"", metadata, timeout=0.1))
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED, code


def deadline_reaches_server(channel):
    _, call = channel.unary_unary("/interop.Test/Empty").with_call(
        b"", metadata=(("x-tell-deadline", "1"),), timeout=30
    )
    left = int(dict(call.trailing_metadata())["x-deadline-ms"])
    assert 20000 < left < 31000, left


def custom_metadata(channel):
    octets = [b"\xab\xab\xab", b"\x00\xff", b"", PATTERN[:1000]]
    metadata = [("x-echo-initial", value) for value in ("second", "first", "second")]
    metadata += [("x-echo-trailing-bin", value) for value in octets]
    _, call = channel.unary_unary("/interop.Test/Unary").with_call(sized(10), metadata=metadata, timeout=PATIENCE)
    echoed = [value for key, value in call.initial_metadata() if key == "x-echo-initial"]
    # Some libraries join what repeats, as HTTP allows.
    assert ", ".join(echoed) == "second, first, second", echoed
    assert [value for key, value in call.trailing_metadata() if key == "x-echo-trailing-bin"] == octets


def ask_status(channel, code, message):
    metadata = (("x-status", str(code)), ("x-status-message-bin", message.encode()))
    return failure(lambda: unary(channel, "/interop.Test/Unary", sized(1), metadata))


def status_code_and_message(channel):
    for code in range(1, 17):
        got, details = ask_status(channel, code, "test status message")
        assert (got.value[0], details) == (code, "test status message"), (code, got, details)


def special_status_message(channel):
    for message in [SPECIAL_MESSAGE, "100%", "%zz %41", "", "a" * 2000]:
        assert ask_status(channel, 2, message) == (grpc.StatusCode.UNKNOWN, message)


def status_message_framed_by_blanks(channel):
    code, details = ask_status(channel, 2, " a ")
    # Not every server sends it as it is; none may lose the status over it.
    assert code == grpc.StatusCode.UNKNOWN, (code, details)
    assert details in (" a ", "a", ""), details


def unimplemented_method(channel):
    code, _ = failure(lambda: unary(channel, "/interop.Test/Unimplemented", b""))
    assert code == grpc.StatusCode.UNIMPLEMENTED, code


def unimplemented_service(channel):
    code, _ = failure(lambda: unary(channel, "/interop.Missing/Call", b""))
    assert code == grpc.StatusCode.UNIMPLEMENTED, code


def concurrent_large_unary(channel):
    call = channel.unary_unary("/interop.Test/Unary")
    calls = [call.future(sized(100000 + index, 200000), timeout=PATIENCE) for index in range(40)]
    assert [len(one.result()) for one in calls] == [100004 + index for index in range(40)]


CASES = [
    empty_unary,
    large_unary,
    client_streaming,
    server_streaming,
    ping_pong,
    empty_stream,
    cancel_after_begin,
    cancel_after_first_response,
    timeout_on_sleeping_server,
    deadline_reaches_server,
    custom_metadata,
    status_code_and_message,
    special_status_message,
    status_message_framed_by_blanks,
    unimplemented_method,
    unimplemented_service,
    concurrent_large_unary,
]


def main():
    with grpc.insecure_channel(sys.argv[1]) as channel:
        for case in CASES:
            problem = None
            try:
                case(channel)
            except Exception:
                problem = traceback.format_exc(limit=-3)
            print(json.dumps({"name": case.__name__, "problem": problem}), flush=True)


if __name__ == "__main__":
    main()
