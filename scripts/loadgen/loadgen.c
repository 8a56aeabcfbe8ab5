/*
 * loadgen: a hall full of phones in one thread, for scripts/bench.py.
 *
 * Each phone joins with the meeting's code (POST /api/v1/join), opens a WebSocket, speaks Engine.IO 4 and
 * Socket.IO 5 over it, follows the `state` event and votes when told to. Nothing here depends on anything but
 * libc and epoll. It must be faster than the server it loads, so it reports its own CPU time: a burst in which it
 * needed most of its core says nothing about the server.
 *
 *     loadgen HOST PORT [--join CODE] [--lang LANG] [--in-flight N] [--timeout SECONDS]
 *
 * It is driven by lines on stdin (fields separated by tabs) and answers each command that takes time with one line
 * of JSON on stdout. Times are milliseconds, moments are CLOCK_MONOTONIC in nanoseconds, so that the process which
 * opens a round can say how long the news took.
 *
 *     path /x                      adds a path to what a first load fetches
 *     load N                       N phones fetch every path, each over one kept connection
 *     connect N                    N more phones join and wait for their first state
 *     come SECONDS N               N phones come in one after the other within SECONDS: each fetches every path, joins
 *                                  and waits for its first state
 *     arm                          forgets the states heard so far
 *     expect TEXT...               waits until every phone has heard a state that contains all TEXTs since `arm`
 *     vote ROUND ANSWER...         every phone votes at once; phone i gives answer i modulo their number
 *     again                        every phone sends the same ballot once more, as after a lost acknowledgement
 *     pace RATE ROUND ANSWER...    the phones vote one after the other, RATE a second
 *     leave                        every phone says goodbye
 *     quit                         the end; so is the end of stdin
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_PHONES = 20000,
    MAX_PATHS = 64,
    MAX_ANSWERS = 32,
    MAX_NEEDLES = 4,
    MAX_SEEN = 512,      /* different states between two `arm` */
    MAX_HEARD = 16,      /* states one phone remembers between two `arm` */
    MAX_MESSAGE = 1 << 20,
    READ_SIZE = 1 << 18,
    EVENTS = 256,
    GIVE_WAY = 16,       /* votes sent before acknowledgements are looked at again */
    STDIN_TAG = UINT32_MAX,
};

typedef struct {
    char *bytes;
    size_t length, room;
} Buffer;

typedef enum { UNUSED, LOADING, JOINING, UPGRADING, GREETING, READY, GONE } Stage;
typedef enum { SILENT, WAITING, COUNTED, REPEATED, REFUSED, LOST } Receipt;

typedef struct {
    uint32_t state; /* index into `seen` */
    int64_t at;
} Heard;

typedef struct {
    Stage stage;
    int fd;
    bool wants_write, greeted;
    Buffer in, out, message, frame;
    char token[256];
    size_t path;
    uint32_t ballots;
    int64_t started, ready, matched, sent, acknowledged;
    Receipt receipt;
    Heard heard[MAX_HEARD];
    size_t heard_count;
} Phone;

typedef struct {
    uint64_t hash;
    size_t length;
    char *text;
    bool matches;
} Seen;

static struct sockaddr_in server;
static char host_header[80];
static const char *join_code, *language = "sv";
static int in_flight = 64;
static double timeout_s = 60;

static int epoll_fd = -1;
static Phone *phones;
static size_t phone_count;

static char *paths[MAX_PATHS];
static size_t path_count;
static Seen seen[MAX_SEEN];
static size_t seen_count;
static char needles[MAX_NEEDLES][256];
static size_t needle_count;
static bool joins_after_loading;

/* Counters of the phase in progress. */
static size_t busy, ready_count, matched_count, outstanding, failures;
static size_t responses;
static uint64_t received_bytes, state_bytes;
static int64_t last_acknowledged;
static char example[200]; /* the first refusal or failure of a phase, to be shown to a person */

/* ---- small things ---------------------------------------------------------------------------------------------- */

static void die(const char *what) {
    fprintf(stderr, "loadgen: %s: %s\n", what, errno ? strerror(errno) : "cannot go on");
    exit(1);
}

static int64_t clock_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t now(void) { return clock_ns(CLOCK_MONOTONIC); }

static double ms(int64_t ns) { return (double)ns / 1e6; }

static uint64_t random64(void) {
    static uint64_t x;
    if (!x) x = (uint64_t)now() * 0x9E3779B97F4A7C15u | 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x * 0x2545F4914F6CDD1Du;
}

static void reserve(Buffer *b, size_t more) {
    if (b->length + more <= b->room) return;
    while (b->room < b->length + more) b->room = b->room ? b->room * 2 : 512;
    b->bytes = realloc(b->bytes, b->room);
    if (!b->bytes) die("memory");
}

static void append(Buffer *b, const void *bytes, size_t length) {
    reserve(b, length);
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void consume(Buffer *b, size_t length) {
    memmove(b->bytes, b->bytes + length, b->length - length);
    b->length -= length;
}

static void discard(Buffer *b) {
    free(b->bytes);
    *b = (Buffer){0};
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
    if (example[0]) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(example, sizeof example, format, arguments);
    va_end(arguments);
    for (char *c = example; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ' || (unsigned char)*c > '~') *c = '\'';
}

static int ascending(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t percentile(const int64_t *sorted, size_t count, double share) {
    if (!count) return 0;
    size_t rank = (size_t)(share * (double)count + 0.9999);
    return sorted[rank ? (rank > count ? count : rank) - 1 : 0];
}

/* Prints `,"name":{"p50":…}` in milliseconds. Sorts the values in place. */
static void print_spread(const char *name, int64_t *values, size_t count) {
    qsort(values, count, sizeof *values, ascending);
    printf(",\"%s\":{\"p50\":%.3f,\"p95\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, ms(percentile(values, count, 0.5)),
           ms(percentile(values, count, 0.95)), ms(percentile(values, count, 0.99)), ms(percentile(values, count, 1)));
}

static void print_end(void) {
    printf(",\"example\":\"%s\"}\n", example);
    fflush(stdout);
    example[0] = 0;
}

/* ---- one phone's connection ------------------------------------------------------------------------------------ */

static void watch(Phone *p, bool write) {
    struct epoll_event e = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.u32 = (uint32_t)(p - phones)};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, p->fd, &e)) die("epoll_ctl");
    p->wants_write = write;
}

static void hang_up(Phone *p) {
    if (p->fd >= 0) close(p->fd);
    p->fd = -1;
    p->in.length = p->out.length = p->message.length = 0;
}

/* The phone is out of the room; whatever phase waits for it must not wait for ever. */
static void lose(Phone *p, const char *why) {
    note("%s", why);
    if (p->stage == READY) {
        ready_count--;
        if (p->matched) matched_count--;
    } else if (p->stage != GONE && p->stage != UNUSED) {
        busy--;
    }
    if (p->receipt == WAITING) {
        p->receipt = LOST;
        outstanding--;
    }
    failures++;
    p->stage = GONE;
    hang_up(p);
}

static void flush_out(Phone *p) {
    while (p->out.length) {
        ssize_t n = send(p->fd, p->out.bytes, p->out.length, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            lose(p, strerror(errno));
            return;
        }
        consume(&p->out, (size_t)n);
    }
    if (p->wants_write != (p->out.length > 0)) watch(p, p->out.length > 0);
}

static void put(Phone *p, const void *bytes, size_t length) {
    append(&p->out, bytes, length);
    if (!p->wants_write) flush_out(p);
}

static void dial(Phone *p) {
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0) die("socket");
    int one = 1;
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(p->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) {
        lose(p, strerror(errno));
        return;
    }
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.u32 = (uint32_t)(p - phones)};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, p->fd, &e)) die("epoll_ctl");
    p->wants_write = true; /* what is put before the connection stands waits in `out` */
}

/* ---- WebSocket and Socket.IO ------------------------------------------------------------------------------------ */

/* Appends one masked client frame (RFC 6455, section 5.3). */
static void append_frame(Buffer *b, int opcode, const char *payload, size_t length) {
    unsigned char head[14] = {(unsigned char)(0x80 | opcode)};
    size_t n = 2;
    if (length < 126) {
        head[1] = (unsigned char)(0x80 | length);
    } else if (length < 65536) {
        head[1] = 0x80 | 126;
        head[2] = (unsigned char)(length >> 8);
        head[3] = (unsigned char)length;
        n = 4;
    } else {
        head[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++) head[2 + i] = (unsigned char)((uint64_t)length >> (56 - 8 * i));
        n = 10;
    }
    const uint64_t noise = random64();
    memcpy(head + n, &noise, 4);
    const unsigned char *mask = head + n;
    append(b, head, n + 4);
    reserve(b, length);
    for (size_t i = 0; i < length; i++) b->bytes[b->length + i] = (char)((unsigned char)payload[i] ^ mask[i & 3]);
    b->length += length;
}

static void put_frame(Phone *p, int opcode, const char *payload, size_t length) {
    static Buffer frame;
    frame.length = 0;
    append_frame(&frame, opcode, payload, length);
    put(p, frame.bytes, frame.length);
}

static void put_text(Phone *p, const char *text) { put_frame(p, 1, text, strlen(text)); }

static void greet(Phone *p) {
    char text[512];
    if (p->token[0])
        snprintf(text, sizeof text, "40{\"token\":\"%s\",\"lang\":\"%s\",\"window\":\"phone\"}", p->token, language);
    else
        snprintf(text, sizeof text, "40{\"lang\":\"%s\",\"window\":\"phone\"}", language);
    put_text(p, text);
}

static void become_ready(Phone *p, int64_t at) {
    if (p->stage != GREETING || !p->greeted || !p->heard_count) return;
    p->stage = READY;
    p->ready = at;
    busy--;
    ready_count++;
}

static uint64_t digest(const char *bytes, size_t length) {
    uint64_t hash = length * 0x9E3779B97F4A7C15u, word;
    for (; length >= 8; bytes += 8, length -= 8) {
        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * 0xFF51AFD7ED558CCDu;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, bytes, length);
    return (hash ^ word) * 0xC4CEB9FE1A85EC53u;
}

static bool contains(const Seen *s) {
    for (size_t i = 0; i < needle_count; i++)
        if (!memmem(s->text, s->length, needles[i], strlen(needles[i]))) return false;
    return needle_count > 0;
}

/* A broadcast is the same for most phones, so each wording is kept once and phones remember which they heard, and
 * when. That lets `expect` ask for a round whose id was not known when the news arrived. */
static uint32_t remember_text(const char *text, size_t length) {
    const uint64_t hash = digest(text, length);
    for (size_t i = seen_count; i-- > 0;)
        if (seen[i].hash == hash && seen[i].length == length) return (uint32_t)i;
    if (seen_count == MAX_SEEN) return MAX_SEEN - 1;
    Seen *s = &seen[seen_count];
    *s = (Seen){.hash = hash, .length = length, .text = malloc(length)};
    if (!s->text) die("memory");
    memcpy(s->text, text, length);
    s->matches = contains(s);
    return (uint32_t)seen_count++;
}

static void match(Phone *p, const Heard *heard) {
    if (p->matched || p->stage != READY || !seen[heard->state].matches) return;
    p->matched = heard->at;
    matched_count++;
}

static void on_state(Phone *p, const char *text, size_t length, int64_t at) {
    state_bytes = length;
    Heard heard = {remember_text(text, length), at};
    if (p->heard_count < MAX_HEARD) p->heard[p->heard_count++] = heard;
    become_ready(p, at);
    match(p, &heard);
}

static void on_acknowledgement(Phone *p, const char *text, size_t length, int64_t at) {
    if (p->receipt != WAITING || strtoul(text, NULL, 10) != p->ballots) return;
    if (memmem(text, length, "\"counted\"", 9)) {
        p->receipt = COUNTED;
    } else if (memmem(text, length, "\"repeated\"", 10)) {
        p->receipt = REPEATED;
    } else {
        p->receipt = REFUSED;
        note("%.*s", (int)length, text);
    }
    p->acknowledged = last_acknowledged = at;
    outstanding--;
}

static void on_text(Phone *p, const char *text, size_t length, int64_t at) {
    if (!length) return;
    switch (text[0]) {
    case '0': greet(p); return;
    case '1': lose(p, "the server closed the Engine.IO session"); return;
    case '2': put_text(p, "3"); return;
    case '4': break;
    default: return;
    }
    if (length < 2) return;
    switch (text[1]) {
    case '0':
        p->greeted = true;
        become_ready(p, at);
        return;
    case '1': lose(p, "the server closed the Socket.IO session"); return;
    case '2':
        if (length > 10 && !memcmp(text + 2, "[\"state\",", 9)) on_state(p, text, length, at);
        return;
    case '3': on_acknowledgement(p, text + 2, length - 2, at); return;
    case '4':
        note("%.*s", (int)length, text);
        lose(p, "connection refused");
        return;
    default: return;
    }
}

static void on_frame(Phone *p, unsigned head, char *payload, size_t length, int64_t at) {
    const unsigned opcode = head & 15;
    const bool last = head & 0x80;
    if (head & 0x70) {
        lose(p, "a frame with reserved bits");
    } else if (opcode == 8) {
        put_frame(p, 8, payload, length < 125 ? length : 2);
        lose(p, "the server closed the WebSocket");
    } else if (opcode == 9) {
        put_frame(p, 10, payload, length);
    } else if (opcode <= 2 && last && !p->message.length) {
        on_text(p, payload, length, at); /* the common case: a whole message, read where it lies */
    } else if (opcode <= 2) {
        append(&p->message, payload, length);
        if (!last) return;
        on_text(p, p->message.bytes, p->message.length, at);
        p->message.length = 0;
    }
}

/* Reads the whole frames in `data`; returns how many bytes they took. */
static size_t take_frames(Phone *p, char *data, size_t length, int64_t at) {
    size_t used = 0;
    while (p->fd >= 0 && length - used >= 2) {
        const unsigned char *b = (unsigned char *)data + used;
        size_t head = 2;
        uint64_t size = b[1] & 127;
        if (size == 126) {
            if (length - used < 4) break;
            size = (uint64_t)b[2] << 8 | b[3];
            head = 4;
        } else if (size == 127) {
            if (length - used < 10) break;
            size = 0;
            for (int i = 0; i < 8; i++) size = size << 8 | b[2 + i];
            head = 10;
        }
        if (b[1] & 0x80 || size > MAX_MESSAGE) {
            lose(p, "a frame that is masked or too large");
            break;
        }
        if (length - used < head + size) break;
        on_frame(p, b[0], data + used + head, size, at);
        used += head + size;
    }
    return used;
}

/* ---- HTTP ------------------------------------------------------------------------------------------------------ */

static void ask_upgrade(Phone *p) {
    char request[512];
    char key[25];
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 21; i++) key[i] = base64[random64() >> 58];
    strcpy(key + 21, "A==");
    snprintf(request, sizeof request,
             "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
             host_header, key);
    p->stage = UPGRADING;
    put(p, request, strlen(request));
}

static void ask_join(Phone *p) {
    char body[64], request[512];
    snprintf(body, sizeof body, "{\"code\":\"%s\"}", join_code);
    snprintf(request, sizeof request,
             "POST /api/v1/join HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept-Language: %s\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             host_header, language, strlen(body), body);
    p->stage = JOINING;
    put(p, request, strlen(request));
}

static void ask_path(Phone *p) {
    char request[512];
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: gzip, br\r\nAccept-Language: %s\r\n\r\n", paths[p->path],
             host_header, language);
    p->stage = LOADING;
    put(p, request, strlen(request));
}

static const char *header(const char *head, size_t length, const char *name) {
    const size_t width = strlen(name);
    for (const char *line = head; (line = memmem(line, length - (size_t)(line - head), "\r\n", 2));) {
        line += 2;
        if ((size_t)(line - head) + width < length && !strncasecmp(line, name, width)) return line + width;
    }
    return NULL;
}

/* Where a chunked body ends, or 0 while it has not all arrived. */
static size_t chunked_end(const char *bytes, size_t from, size_t length) {
    for (;;) {
        const char *line = memmem(bytes + from, length - from, "\r\n", 2);
        if (!line) return 0;
        const size_t size = strtoul(bytes + from, NULL, 16);
        from = (size_t)(line - bytes) + 2 + size + 2;
        if (from > length) return 0;
        if (!size) return from;
    }
}

static void take_token(Phone *p, const char *body, size_t length) {
    const char *at = memmem(body, length, "\"device\"", 8), *end = body + length;
    if (!at) return;
    for (at += 8; at < end && (*at == ' ' || *at == ':'); at++) {}
    if (at >= end || *at != '"') return;
    const char *stop = memchr(at + 1, '"', (size_t)(end - at - 1));
    const size_t size = stop ? (size_t)(stop - at - 1) : 0;
    if (size < sizeof p->token) memcpy(p->token, at + 1, size);
}

static void on_joined(Phone *p, const char *body, size_t length) {
    take_token(p, body, length);
    if (!p->token[0]) {
        lose(p, "the answer to join has no device");
        return;
    }
    hang_up(p); /* a browser opens a connection of its own for the WebSocket, too */
    dial(p);
    if (p->fd >= 0) ask_upgrade(p);
}

static void on_loaded(Phone *p, bool closing) {
    responses++;
    if (++p->path < path_count) {
        if (closing) {
            hang_up(p);
            dial(p);
        }
        if (p->fd >= 0) ask_path(p);
        return;
    }
    if (joins_after_loading) {
        ask_join(p);
        return;
    }
    p->ready = now();
    p->stage = GONE;
    busy--;
    hang_up(p);
}

/* Handles one whole response at the start of `in`; false while it has not all arrived. */
static bool take_response(Phone *p) {
    const char *head = p->in.bytes;
    const char *end = memmem(head, p->in.length, "\r\n\r\n", 4);
    if (!end) return false;
    const size_t head_length = (size_t)(end - head) + 4;
    const int status = p->in.length > 12 ? atoi(head + 9) : 0;
    const char *length_text = header(head, head_length, "Content-Length:");
    const char *coding = header(head, head_length, "Transfer-Encoding:");
    size_t total = head_length;
    if (status != 101 && coding)
        total = chunked_end(head, head_length, p->in.length);
    else if (length_text)
        total += strtoul(length_text, NULL, 10);
    if (!total || p->in.length < total) return false;

    if (p->stage == UPGRADING && status == 101) {
        p->stage = GREETING;
        consume(&p->in, total);
    } else if (p->stage == JOINING && status / 100 == 2) {
        on_joined(p, head + head_length, total - head_length);
    } else if (p->stage == LOADING && status == 200) {
        const char *connection = header(head, head_length, "Connection:");
        const bool closing = connection && !strncasecmp(connection, " close", 6);
        received_bytes += total;
        consume(&p->in, total);
        on_loaded(p, closing);
    } else {
        note("HTTP %d %.*s", status, (int)(total - head_length), head + head_length);
        lose(p, "HTTP");
    }
    return true;
}

/* ---- the loop --------------------------------------------------------------------------------------------------- */

static void digest_input(Phone *p, char *data, size_t length, int64_t at) {
    if (p->stage >= GREETING && !p->in.length) {
        const size_t used = take_frames(p, data, length, at);
        if (p->fd >= 0 && used < length) append(&p->in, data + used, length - used);
        return;
    }
    append(&p->in, data, length);
    while (p->fd >= 0 && p->in.length && (p->stage == LOADING || p->stage == JOINING || p->stage == UPGRADING))
        if (!take_response(p)) return;
    if (p->fd >= 0 && p->in.length) {
        const size_t used = take_frames(p, p->in.bytes, p->in.length, at);
        if (p->fd >= 0) consume(&p->in, used);
    }
}

static void on_readable(Phone *p) {
    static char bytes[READ_SIZE];
    const ssize_t n = recv(p->fd, bytes, sizeof bytes, 0);
    if (n > 0)
        digest_input(p, bytes, (size_t)n, now());
    else if (n == 0)
        lose(p, "the server hung up");
    else if (errno != EAGAIN && errno != EINTR)
        lose(p, strerror(errno));
}

/* Serves the sockets once; true when there is something on stdin. */
static bool pump(int wait_ms) {
    struct epoll_event events[EVENTS];
    const int count = epoll_wait(epoll_fd, events, EVENTS, wait_ms);
    bool command = false;
    for (int i = 0; i < count; i++) {
        if (events[i].data.u32 == STDIN_TAG) {
            command = true;
            continue;
        }
        Phone *p = &phones[events[i].data.u32];
        if (p->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(p);
        if (p->fd >= 0 && events[i].events & EPOLLOUT) flush_out(p);
    }
    return command;
}

static int64_t deadline(void) { return now() + (int64_t)(timeout_s * 1e9); }

/* While a phase runs a command on stdin waits, so that epoll must not be woken by it again and again. */
static void watch_stdin(bool on) {
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = STDIN_TAG};
    if (epoll_ctl(epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, 0, &e)) die("stdin must be a pipe");
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

static Phone *new_phone(void) {
    if (phone_count == MAX_PHONES) return NULL;
    Phone *p = &phones[phone_count++];
    p->started = now();
    p->stage = JOINING;
    busy++;
    dial(p);
    return p;
}

static void start_joining(Phone *p) {
    if (join_code)
        ask_join(p);
    else
        ask_upgrade(p);
}

/* Keeps `in_flight` phones on their way until `count` have arrived or failed; or, with `spread` seconds, starts
 * them evenly within these, however many are on their way already. */
static void run_arrivals(size_t count, double spread, void (*start)(Phone *)) {
    const int64_t begin = now(), until = deadline();
    size_t started = 0;
    while ((started < count || busy) && now() < until) {
        const double due = spread > 0 ? (double)(now() - begin) / 1e9 / spread * (double)count : 0;
        while (started < count && (spread > 0 ? (double)started < due : busy < (size_t)in_flight)) {
            started++;
            Phone *p = new_phone();
            if (p && p->fd >= 0) start(p);
        }
        pump(spread > 0 && started < count ? 1 : 20);
    }
    for (size_t i = 0; i < phone_count; i++)
        if (phones[i].stage > UNUSED && phones[i].stage < READY) lose(&phones[i], "not there in time");
}

static size_t collect_arrivals(size_t from, Stage stage, int64_t *durations, int64_t *last) {
    size_t n = 0;
    for (size_t i = from; i < phone_count; i++)
        if (phones[i].ready && phones[i].stage == stage) {
            durations[n++] = phones[i].ready - phones[i].started;
            if (phones[i].ready > *last) *last = phones[i].ready;
        }
    return n;
}

static void arrive(const char *event, size_t count, double spread, void (*start)(Phone *), Stage stage,
                   int64_t *times) {
    const size_t from = phone_count;
    const int64_t begin = now(), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    int64_t last = begin;
    failures = responses = 0;
    received_bytes = 0;
    run_arrivals(count, spread, start);
    const size_t n = collect_arrivals(from, stage, times, &last);
    printf("{\"event\":\"%s\",\"phones\":%zu,\"failed\":%zu,\"seconds\":%.6f,\"cpu\":%.6f,\"responses\":%zu,"
           "\"bytes\":%llu,\"state_bytes\":%llu",
           event, n, failures, (double)(last - begin) / 1e9,
           (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9, responses, (unsigned long long)received_bytes,
           (unsigned long long)state_bytes);
    print_spread("ms", times, n);
    print_end();
}

static void arm(void) {
    for (size_t i = 0; i < seen_count; i++) free(seen[i].text);
    seen_count = matched_count = 0;
    needle_count = 0;
    for (size_t i = 0; i < phone_count; i++) phones[i].matched = 0, phones[i].heard_count = 0;
    printf("{\"event\":\"armed\"");
    print_end();
}

static void expect(char **texts, size_t text_count, int64_t *times) {
    const int64_t until = deadline();
    failures = 0;
    for (needle_count = 0; needle_count < text_count; needle_count++)
        snprintf(needles[needle_count], sizeof needles[0], "%s", texts[needle_count]);
    for (size_t i = 0; i < seen_count; i++) seen[i].matches = contains(&seen[i]);
    for (size_t i = 0; i < phone_count; i++)
        for (size_t j = 0; j < phones[i].heard_count; j++) match(&phones[i], &phones[i].heard[j]);
    while (matched_count < ready_count && now() < until) pump(20);

    size_t n = 0, bytes = 0;
    for (size_t i = 0; i < phone_count; i++)
        if (phones[i].stage == READY && phones[i].matched) times[n++] = phones[i].matched;
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].matches && seen[i].length > bytes) bytes = seen[i].length;
    qsort(times, n, sizeof *times, ascending);
    printf("{\"event\":\"heard\",\"phones\":%zu,\"missing\":%zu,\"lost\":%zu,\"bytes\":%zu,\"wordings\":%zu,"
           "\"first_ns\":%lld,\"p50_ns\":%lld,\"p99_ns\":%lld,\"last_ns\":%lld",
           n, ready_count - matched_count, failures, bytes, seen_count, (long long)percentile(times, n, 0),
           (long long)percentile(times, n, 0.5), (long long)percentile(times, n, 0.99),
           (long long)percentile(times, n, 1));
    print_end();
}

static void fresh_id(char id[37]) {
    const uint64_t a = random64(), b = random64();
    snprintf(id, 37, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xFFFF),
             (unsigned)(a & 0xFFF), (unsigned)(b >> 48 & 0x3FFF) | 0x8000,
             (unsigned long long)(b & 0xFFFFFFFFFFFF));
}

/* Frames are made before the burst begins, so that the burst is nothing but sending and listening. */
static void write_ballots(const char *round, char **answers, size_t answer_count) {
    char id[37], text[2048];
    for (size_t i = 0, voter = 0; i < phone_count; i++) {
        Phone *p = &phones[i];
        p->receipt = SILENT;
        if (p->stage != READY) continue;
        fresh_id(id);
        p->frame.length = 0;
        const int n = snprintf(text, sizeof text, "42%u[\"ballot\",{\"id\":\"%s\",\"round\":\"%s\",\"answer\":%s}]",
                               ++p->ballots, id, round, answers[voter++ % answer_count]);
        if (n < 0 || (size_t)n >= sizeof text) die("an answer that long");
        append_frame(&p->frame, 1, text, (size_t)n);
    }
}

/* `rate` 0: all at once; else that many a second. */
static void send_ballots(double rate) {
    const int64_t begin = now();
    for (size_t i = 0, sent = 0; i < phone_count; i++) {
        Phone *p = &phones[i];
        if (p->stage != READY || !p->frame.length) continue;
        const int64_t due = rate > 0 ? begin + (int64_t)((double)sent / rate * 1e9) : begin;
        while (now() < due) pump(1);
        if (p->stage != READY) continue;
        p->receipt = WAITING;
        outstanding++;
        p->sent = now();
        put(p, p->frame.bytes, p->frame.length);
        if (++sent % GIVE_WAY == 0) pump(0);
    }
}

static void cast(const char *event, double rate, int64_t *times) {
    const int64_t until = deadline();
    outstanding = failures = 0;
    const int64_t begin = now(), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    last_acknowledged = begin;
    send_ballots(rate);
    const int64_t all_sent = now();
    while (outstanding && now() < until) pump(20);
    const int64_t end = last_acknowledged > all_sent ? last_acknowledged : all_sent;
    const double used = (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9;

    size_t receipts[LOST + 1] = {0}, n = 0;
    for (size_t i = 0; i < phone_count; i++) {
        const Phone *p = &phones[i];
        receipts[p->receipt]++;
        if (p->receipt >= COUNTED && p->receipt <= REFUSED) times[n++] = p->acknowledged - p->sent;
    }
    printf("{\"event\":\"%s\",\"sent\":%zu,\"counted\":%zu,\"repeated\":%zu,\"refused\":%zu,\"lost\":%zu,"
           "\"seconds\":%.6f,\"sending\":%.6f,\"cpu\":%.6f,\"begin_ns\":%lld,\"end_ns\":%lld",
           event, n + receipts[WAITING] + receipts[LOST], receipts[COUNTED], receipts[REPEATED], receipts[REFUSED],
           receipts[WAITING] + receipts[LOST], (double)(end - begin) / 1e9, (double)(all_sent - begin) / 1e9, used,
           (long long)begin, (long long)end);
    print_spread("ms", times, n);
    print_end();
}

/* The same ballot under a new acknowledgement number: frames keep their mask, so only the text is made anew. */
static void repeat_ballots(void) {
    for (size_t i = 0; i < phone_count; i++) {
        Phone *p = &phones[i];
        const unsigned char *b = (unsigned char *)p->frame.bytes;
        if (p->stage != READY || !p->frame.length) continue;
        const size_t head = (b[1] & 127) < 126 ? 6 : 8, length = p->frame.length - head;
        char text[2100], old[2048];
        for (size_t j = 0; j < length; j++) old[j] = (char)(b[head + j] ^ b[head - 4 + (j & 3)]);
        const char *rest = memchr(old, '[', length);
        const int n = snprintf(text, sizeof text, "42%u%.*s", ++p->ballots, (int)(length - (size_t)(rest - old)), rest);
        p->frame.length = 0;
        append_frame(&p->frame, 1, text, (size_t)n);
    }
}

static void leave(void) {
    for (size_t i = 0; i < phone_count; i++) {
        Phone *p = &phones[i];
        if (p->stage == READY) {
            put_text(p, "41");
            if (p->fd >= 0) put_frame(p, 8, "\x03\xe8", 2);
        }
        hang_up(p);
        discard(&p->in), discard(&p->out), discard(&p->message), discard(&p->frame);
        *p = (Phone){.fd = -1};
    }
    phone_count = ready_count = busy = 0;
    printf("{\"event\":\"left\"");
    print_end();
}

/* False when it is time to go. */
static bool obey(char *line, int64_t *times) {
    char *fields[MAX_ANSWERS + 3];
    size_t n = 0;
    for (char *f; n < MAX_ANSWERS + 3 && (f = strsep(&line, "\t"));) fields[n++] = f;
    const char *verb = fields[0];
    if (!strcmp(verb, "quit")) return false;
    if (!strcmp(verb, "path") && n == 2 && path_count < MAX_PATHS) {
        paths[path_count++] = strdup(fields[1]);
    } else if (!strcmp(verb, "load") && n == 2) {
        arrive("loaded", strtoul(fields[1], NULL, 10), 0, ask_path, GONE, times);
        phone_count = 0;
    } else if (!strcmp(verb, "come") && n == 3 && path_count && join_code) {
        joins_after_loading = true;
        arrive("came", strtoul(fields[2], NULL, 10), atof(fields[1]), ask_path, READY, times);
        joins_after_loading = false;
    } else if (!strcmp(verb, "connect") && n == 2) {
        arrive("connected", strtoul(fields[1], NULL, 10), 0, start_joining, READY, times);
    } else if (!strcmp(verb, "arm")) {
        arm();
    } else if (!strcmp(verb, "expect") && n >= 2 && n <= 1 + MAX_NEEDLES) {
        expect(fields + 1, n - 1, times);
    } else if (!strcmp(verb, "vote") && n >= 3) {
        write_ballots(fields[1], fields + 2, n - 2);
        cast("voted", 0, times);
    } else if (!strcmp(verb, "again")) {
        repeat_ballots();
        cast("again", 0, times);
    } else if (!strcmp(verb, "pace") && n >= 4) {
        write_ballots(fields[2], fields + 3, n - 3);
        cast("paced", atof(fields[1]), times);
    } else if (!strcmp(verb, "leave")) {
        leave();
    } else {
        fprintf(stderr, "loadgen: not understood: %s\n", verb);
        return false;
    }
    return true;
}

static void serve(void) {
    static Buffer commands;
    int64_t *times = calloc(MAX_PHONES, sizeof *times);
    if (!times) die("memory");
    for (;;) {
        char *end = commands.length ? memchr(commands.bytes, '\n', commands.length) : NULL;
        if (end) {
            *end = 0;
            const size_t used = (size_t)(end - commands.bytes) + 1;
            watch_stdin(false);
            const bool stay = obey(commands.bytes, times);
            watch_stdin(true);
            if (!stay) break;
            consume(&commands, used);
        } else if (pump(-1)) {
            reserve(&commands, 4096);
            const ssize_t n = read(0, commands.bytes + commands.length, 4096);
            if (n <= 0) break;
            commands.length += (size_t)n;
        }
    }
    free(times);
}

static void raise_file_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: loadgen HOST PORT [--join CODE] [--lang LANG] [--in-flight N] [--timeout SECONDS]\n");
        return 2;
    }
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    if (!inet_aton(argv[1], &server.sin_addr)) die("host must be an IPv4 address");
    snprintf(host_header, sizeof host_header, "%s:%s", argv[1], argv[2]);
    for (int i = 3; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--join")) join_code = argv[i + 1];
        if (!strcmp(argv[i], "--lang")) language = argv[i + 1];
        if (!strcmp(argv[i], "--in-flight")) in_flight = atoi(argv[i + 1]);
        if (!strcmp(argv[i], "--timeout")) timeout_s = atof(argv[i + 1]);
    }
    raise_file_limit();
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    phones = calloc(MAX_PHONES, sizeof *phones);
    if (epoll_fd < 0 || !phones) die("start");
    for (size_t i = 0; i < MAX_PHONES; i++) phones[i].fd = -1;
    watch_stdin(true);
    serve();
    return 0;
}
