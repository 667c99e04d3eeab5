/*
 * The service behind every peer of the relay benchmark: answers each call with one 64-byte message and status 0.
 * One thread, epoll, and answers that lie ready but for the stream's number, so that no proxy waits for it.
 * Speaks as much HTTP/2 as a server of small unary calls needs: settings, pings and flow control of the connection;
 * of a request it looks at the END_STREAM flag alone, and whether its message is empty: that is somebody's health check, a
 * method that it does not have. Only for trusted peers on loopback.
 *
 *   cc -O2 -o backend backend.c && ./backend PORT        prints "ready" when it listens on 127.0.0.1:PORT
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DATA = 0, HEADERS = 1, SETTINGS = 4, PING = 6, WINDOW_UPDATE = 8 };
enum { ACK = 1, END_STREAM = 1, END_HEADERS = 4 };
enum { PREFACE = 24, FRAME = 9, MESSAGE = 64, PREFIX = 5, BODY = PREFIX + MESSAGE, PENDING = 4096, BUFFER = 1 << 18 };

typedef struct {
  int fd, is_greeted, has_answered;
  int64_t window;                /* what the peer lets us send on the connection */
  uint32_t received;             /* octets of DATA since we last gave window back */
  uint32_t pending[PENDING];     /* calls that wait for window, a ring */
  size_t pending_first, pending_count;
  uint8_t in[BUFFER], out[BUFFER];
  size_t in_length, out_length;
} Connection;

static uint32_t read32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write32(uint8_t *at, uint32_t value) {
  at[0] = value >> 24, at[1] = value >> 16, at[2] = value >> 8, at[3] = value;
}

static void put(Connection *c, int type, int flags, uint32_t stream, const void *payload, size_t length) {
  uint8_t *at = c->out + c->out_length;
  at[0] = length >> 16, at[1] = length >> 8, at[2] = length;
  at[3] = type, at[4] = flags;
  write32(at + 5, stream);
  memcpy(at + FRAME, payload, length);
  c->out_length += FRAME + length;
}

/* The first answer puts its fields into the peer's HPACK table (RFC 7541, 6.2.1), the others name them there. */
static void answer(Connection *c, uint32_t stream) {
  static const char first_headers[] = "\x88\x5f\x10" "application/grpc";
  static const char first_trailers[] = "\x40\x0b" "grpc-status" "\x01" "0";
  static const uint8_t body[BODY] = {0, 0, 0, 0, MESSAGE};
  if (c->has_answered) put(c, HEADERS, END_HEADERS, stream, "\x88\xbf", 2);
  else put(c, HEADERS, END_HEADERS, stream, first_headers, sizeof first_headers - 1);
  put(c, DATA, 0, stream, body, BODY);
  if (c->has_answered) put(c, HEADERS, END_HEADERS | END_STREAM, stream, "\xbe", 1);
  else put(c, HEADERS, END_HEADERS | END_STREAM, stream, first_trailers, sizeof first_trailers - 1);
  c->has_answered = 1;
  c->window -= BODY;
}

/* UNIMPLEMENTED, with fields that the peer's HPACK table does not keep. */
static void refuse(Connection *c, uint32_t stream) {
  static const char headers[] = "\x88\x0f\x10\x10" "application/grpc" "\x00\x0b" "grpc-status" "\x02" "12";
  put(c, HEADERS, END_HEADERS | END_STREAM, stream, headers, sizeof headers - 1);
}

static void answer_pending(Connection *c) {
  while (c->pending_count > 0 && c->window >= BODY && c->out_length < BUFFER - 1024) {
    answer(c, c->pending[c->pending_first]);
    c->pending_first = (c->pending_first + 1) % PENDING;
    c->pending_count--;
  }
}

static void on_frame(Connection *c, int type, int flags, uint32_t stream, const uint8_t *payload, size_t length) {
  if (type == SETTINGS && !(flags & ACK)) put(c, SETTINGS, ACK, 0, "", 0);
  if (type == PING && !(flags & ACK)) put(c, PING, ACK, 0, payload, 8);
  if (type == WINDOW_UPDATE && stream == 0) c->window += read32(payload) & 0x7fffffff;
  if (type == DATA && (c->received += length) >= 16384) {
    uint8_t credit[4];
    write32(credit, c->received);
    put(c, WINDOW_UPDATE, 0, 0, credit, 4);
    c->received = 0;
  }
  int ends = (type == HEADERS || type == DATA) && (flags & END_STREAM);
  if (!ends) return;
  if (type == DATA && length == PREFIX) {
    refuse(c, stream);
    return;
  }
  if (c->pending_count == PENDING) exit(2);
  c->pending[(c->pending_first + c->pending_count++) % PENDING] = stream;
}

/* Writes what is ready. Returns -1 when the connection is lost. */
static int flush(Connection *c) {
  size_t sent = 0;
  while (sent < c->out_length) {
    ssize_t written = send(c->fd, c->out + sent, c->out_length - sent, MSG_NOSIGNAL);
    if (written < 0 && errno != EAGAIN) return -1;
    if (written < 0) break;
    sent += written;
  }
  memmove(c->out, c->out + sent, c->out_length - sent);
  c->out_length -= sent;
  return 0;
}

static void parse(Connection *c) {
  size_t at = 0;
  if (!c->is_greeted && c->in_length >= PREFACE) c->is_greeted = 1, at = PREFACE, put(c, SETTINGS, 0, 0, "", 0);
  while (c->is_greeted && c->in_length - at >= FRAME && c->out_length < BUFFER / 2) {
    const uint8_t *frame = c->in + at;
    size_t length = read32(frame) >> 8;
    if (length > BUFFER / 2) exit(2);
    if (c->in_length - at < FRAME + length) break;
    on_frame(c, frame[3], frame[4], read32(frame + 5), frame + FRAME, length);
    answer_pending(c);
    at += FRAME + length;
  }
  memmove(c->in, c->in + at, c->in_length - at);
  c->in_length -= at;
}

/* One turn. Level-triggered polling calls again while more is there. Returns -1 when the connection is over. */
static int serve(Connection *c, uint32_t events) {
  if (events & EPOLLIN && c->in_length < BUFFER) {
    ssize_t length = recv(c->fd, c->in + c->in_length, BUFFER - c->in_length, 0);
    if (length == 0 || (length < 0 && errno != EAGAIN)) return -1;
    if (length > 0) c->in_length += length;
  }
  parse(c);
  answer_pending(c);
  return flush(c);
}

static void await(int poll, int operation, Connection *c) {
  struct epoll_event event = {.events = EPOLLIN | (c->out_length > 0 ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(poll, operation, c->fd, &event);
}

static void welcome(int listener, int poll) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection *c = calloc(1, sizeof *c);
    if (c == NULL) exit(1);
    c->fd = fd, c->window = 65535;
    await(poll, EPOLL_CTL_ADD, c);
  }
}

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1024) < 0) {
    perror("backend");
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv) {
  int listener = listen_on(argc > 1 ? atoi(argv[1]) : 0), poll = epoll_create1(0);
  struct epoll_event accepting = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &accepting);
  puts("ready"), fflush(stdout);
  for (;;) {
    int count = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < count; i++) {
      Connection *c = events[i].data.ptr;
      if (c == NULL) welcome(listener, poll);
      else if (serve(c, events[i].events) < 0) close(c->fd), free(c);
      else if (c->out_length > 0 || events[i].events & EPOLLOUT) await(poll, EPOLL_CTL_MOD, c);
    }
  }
}
