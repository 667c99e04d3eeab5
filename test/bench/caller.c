/*
 * The load of the latency measurement: open loop. Calls begin at the times of a Poisson process, each on a connection drawn
 * at random, whether or not those before are answered, and latency counts from the time at which a call was due. Sleeps between
 * calls, so that it does not keep the service on its core waiting. Speaks as much HTTP/2 as a client of small unary calls
 * needs. Only for trusted peers on loopback.
 *
 *   cc -O2 -o caller caller.c -lm && ./caller PORT CONNECTIONS PER_SECOND WARM_UP_SECONDS SECONDS SEED
 *
 * Prints `done failed octets-of-DATA`, then a line for each call that was due after the warm-up and has ended: when it was due, in
 * microseconds from the end of the warm-up on, and its latency in microseconds. What is not answered a second after the end has
 * failed. Exit code 1 when it cannot connect or loses a connection.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7, WINDOW_UPDATE = 8 };
enum { ACK = 1, END_STREAM = 1, END_HEADERS = 4 };
enum { FRAME = 9, MESSAGE = 64, BODY = 5 + MESSAGE, SLOTS = 1 << 16, BUFFER = 1 << 16, MOST_CONNECTIONS = 1024 };

typedef struct {
  int fd;
  uint32_t next_stream;
  int64_t due[SLOTS];            /* by stream: when the call was due in ns, or 0 */
  uint8_t in[BUFFER];
  size_t in_length;
} Connection;

static Connection *connections;
static int64_t counted_from;
static long calls, done, failed, octets;
static struct { uint32_t due_us, latency_us; } *ended;
static long ended_count, ended_room;
static uint64_t seed;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* xorshift64* (Marsaglia; Vigna): a number in (0, 1]. */
static double draw(void) {
  seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
  return ((seed * 2685821657736338717ULL >> 11) + 1) / 9007199254740992.0;
}

static uint32_t read32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static size_t put(uint8_t *at, int type, int flags, uint32_t stream, const void *payload, size_t length) {
  at[0] = length >> 16, at[1] = length >> 8, at[2] = length, at[3] = type, at[4] = flags;
  at[5] = stream >> 24, at[6] = stream >> 16, at[7] = stream >> 8, at[8] = stream;
  memcpy(at + FRAME, payload, length);
  return FRAME + length;
}

/* Small writes on loopback are taken whole; a peer that does not read for so long that one is not has failed. */
static void send_all(Connection *c, const uint8_t *octets_out, size_t length) {
  if (send(c->fd, octets_out, length, MSG_NOSIGNAL) != (ssize_t)length) perror("caller: send"), exit(1);
}

/* The first call puts its fields into the peer's HPACK table (RFC 7541, 6.2.1), the others name them there. */
static void begin_call(Connection *c, int64_t due) {
  static const char first[] = "\x83\x86" "\x44\x13/bench.v1.Echo/Call" "\x41\x0e" "127.0.0.1:7051"
                              "\x5f\x10" "application/grpc" "\x40\x02te\x08trailers" "\x40\x09x-account\x05" "bench";
  static const char others[] = "\x83\x86\xc2\xc1\xc0\xbf\xbe";
  static uint8_t body[BODY] = {0, 0, 0, 0, MESSAGE, 0x0a, MESSAGE - 2};
  memset(body + 7, 'x', MESSAGE - 2);
  uint8_t out[512];
  uint32_t stream = c->next_stream;
  c->next_stream += 2;
  int64_t *slot = &c->due[stream / 2 % SLOTS];
  if (*slot != 0) fputs("caller: too many calls under way\n", stderr), exit(1);
  *slot = due, calls++;
  size_t length = stream == 1 ? put(out, HEADERS, END_HEADERS, stream, first, sizeof first - 1)
                              : put(out, HEADERS, END_HEADERS, stream, others, sizeof others - 1);
  length += put(out + length, DATA, END_STREAM, stream, body, BODY);
  send_all(c, out, length);
}

static void end_call(Connection *c, uint32_t stream, int is_whole) {
  int64_t *slot = &c->due[stream / 2 % SLOTS], due = *slot;
  if (due == 0) return;
  *slot = 0;
  if (is_whole) done++;
  else failed++;
  if (due < counted_from || ended_count == ended_room) return;
  ended[ended_count].due_us = (due - counted_from) / 1000;
  ended[ended_count++].latency_us = (now() - due) / 1000;
}

static void on_frame(Connection *c, int type, int flags, uint32_t stream, const uint8_t *payload, size_t length) {
  uint8_t out[32];
  if (type == SETTINGS && !(flags & ACK)) send_all(c, out, put(out, SETTINGS, ACK, 0, "", 0));
  if (type == PING && !(flags & ACK)) send_all(c, out, put(out, PING, ACK, 0, payload, 8));
  if (type == DATA) octets += length;
  if (type == RST_STREAM || (type == DATA && flags & END_STREAM)) end_call(c, stream, 0);
  if (type == HEADERS && flags & END_STREAM) end_call(c, stream, 1);
  if (type == GOAWAY) fputs("caller: the peer goes away\n", stderr), exit(1);
}

static void receive(Connection *c) {
  ssize_t length = recv(c->fd, c->in + c->in_length, BUFFER - c->in_length, 0);
  if (length <= 0) fputs("caller: a connection was lost\n", stderr), exit(1);
  c->in_length += length;
  size_t at = 0;
  while (c->in_length - at >= FRAME) {
    const uint8_t *frame = c->in + at;
    size_t payload = read32(frame) >> 8;
    if (payload > BUFFER - FRAME) exit(2);
    if (c->in_length - at < FRAME + payload) break;
    on_frame(c, frame[3], frame[4], read32(frame + 5) & 0x7fffffff, frame + FRAME, payload);
    at += FRAME + payload;
  }
  memmove(c->in, c->in + at, c->in_length - at);
  c->in_length -= at;
}

static void open_connection(Connection *c, int port, int poll) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  c->fd = socket(AF_INET, SOCK_STREAM, 0), c->next_stream = 1;
  if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0) perror("caller"), exit(1);
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  uint8_t out[64] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  size_t length = 24;
  length += put(out + length, SETTINGS, 0, 0, "", 0);
  length += put(out + length, WINDOW_UPDATE, 0, 0, "\x7f\x00\x00\x00", 4);
  send_all(c, out, length);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
}

/* Waits for octets, but not beyond that time. */
static void listen_until(int poll, int64_t until) {
  struct epoll_event events[64];
  int64_t left = until - now();
  if (left < 0) left = 0;
  struct timespec wait = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
  int count = epoll_pwait2(poll, events, 64, &wait, NULL);
  for (int i = 0; i < count; i++) receive(events[i].data.ptr);
}

int main(int argc, char **argv) {
  if (argc != 7) return fputs("usage: caller PORT CONNECTIONS PER_SECOND WARM_UP_SECONDS SECONDS SEED\n", stderr), 2;
  int port = atoi(argv[1]), count = atoi(argv[2]), poll = epoll_create1(0);
  double per_second = atof(argv[3]), warm_up = atof(argv[4]), seconds = atof(argv[5]);
  seed = strtoull(argv[6], NULL, 10) * 2 + 1;
  if (count < 1 || count > MOST_CONNECTIONS || per_second <= 0 || seconds <= 0) return 2;
  prctl(PR_SET_TIMERSLACK, 1);
  connections = calloc(count, sizeof *connections);
  ended_room = (long)(2 * per_second * seconds) + 1000;
  ended = malloc(ended_room * sizeof *ended);
  if (connections == NULL || ended == NULL) return 1;
  for (int i = 0; i < count; i++) open_connection(&connections[i], port, poll);
  int64_t start = now() + 100000000, due = start, end = start + (int64_t)((warm_up + seconds) * 1e9);
  counted_from = start + (int64_t)(warm_up * 1e9);
  while (due < end) {
    if (now() < due) listen_until(poll, due);
    for (; due <= now() && due < end; due += (int64_t)(-log(draw()) / per_second * 1e9) + 1) {
      begin_call(&connections[(int)(draw() * count) % count], due);
    }
  }
  for (int64_t last = end + 1000000000; done + failed < calls && now() < last;) listen_until(poll, last);
  printf("%ld %ld %ld\n", done, calls - done, octets);
  for (long i = 0; i < ended_count; i++) printf("%u %u\n", ended[i].due_us, ended[i].latency_us);
  return 0;
}
