/*
 * floor: the least a vote server can do, for scripts/bench.py.
 *
 * It lets phones in, answers every ballot in the loop that reads it, and looks at nothing: no rooms, no checks,
 * no disk. Whatever the load generator reaches against this server it could have reached against any other, so
 * the distance between this figure and a real server's is the generator's headroom.
 *
 *     floor PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_SOCKETS = 65536, ROOM = 4096, EVENTS = 256 };

typedef struct {
    bool open;     /* speaks WebSocket now */
    size_t length; /* of what has come and is not a whole frame yet */
    char bytes[ROOM];
} Line;

static Line *lines[MAX_SOCKETS];
static int epoll_fd;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void end(int fd) {
    close(fd);
    free(lines[fd]);
    lines[fd] = NULL;
}

static void say(int fd, const char *text) {
    char frame[256];
    const size_t length = strlen(text); /* all that is said here is short */
    frame[0] = (char)0x81;
    frame[1] = (char)length;
    memcpy(frame + 2, text, length);
    if (send(fd, frame, length + 2, MSG_NOSIGNAL) < 0 && errno != EAGAIN) shutdown(fd, SHUT_RDWR);
}

static void hear(int fd, const char *text, size_t length) {
    char answer[64];
    if (length > 2 && text[0] == '4' && text[1] == '2') {
        snprintf(answer, sizeof answer, "43%lu[{\"status\":\"counted\"}]", strtoul(text + 2, NULL, 10));
        say(fd, answer);
    } else if (length >= 2 && text[0] == '4' && text[1] == '0') {
        say(fd, "40{\"sid\":\"floor\"}");
        say(fd, "42[\"state\",{\"rounds\":[]}]");
    }
}

/* Takes the whole frames off the front of what has come; false when the phone says goodbye. */
static bool take_frames(int fd, Line *line) {
    size_t at = 0;
    while (line->length - at >= 6) {
        unsigned char *b = (unsigned char *)line->bytes + at;
        size_t size = b[1] & 127, head = 6;
        if (size == 126) size = (size_t)b[2] << 8 | b[3], head = 8;
        if (size > ROOM - head) return false;
        if (line->length - at < head + size) break;
        char text[ROOM + 1];
        for (size_t i = 0; i < size; i++) text[i] = (char)(b[head + i] ^ b[head - 4 + (i & 3)]);
        text[size] = 0;
        if ((b[0] & 15) == 8) return false;
        hear(fd, text, size);
        at += head + size;
    }
    memmove(line->bytes, line->bytes + at, line->length - at);
    line->length -= at;
    return true;
}

/* The generator does not look at the key of the handshake, so none is worked out. */
static void take_request(int fd, Line *line) {
    if (!memmem(line->bytes, line->length, "\r\n\r\n", 4)) return;
    static const char upgrade[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    static const char healthy[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    line->open = memmem(line->bytes, line->length, "websocket", 9);
    const char *answer = line->open ? upgrade : healthy;
    line->length = 0;
    if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0) shutdown(fd, SHUT_RDWR);
    if (line->open) say(fd, "0{\"sid\":\"floor\"}");
}

static void on_readable(int fd) {
    Line *line = lines[fd];
    const ssize_t n = recv(fd, line->bytes + line->length, ROOM - line->length, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        end(fd);
        return;
    }
    line->length += (size_t)n;
    if (!line->open)
        take_request(fd, line);
    else if (!take_frames(fd, line))
        end(fd);
}

static void let_in(int listener) {
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        lines[fd] = calloc(1, sizeof(Line));
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        if (!lines[fd] || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e)) die("a phone");
    }
}

static int listen_on(const char *port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    inet_aton("127.0.0.1", &here.sin_addr);
    if (listener < 0 || bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 4096)) die("listen");
    return listener;
}

static void raise_file_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < MAX_SOCKETS ? limit.rlim_max : MAX_SOCKETS;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: floor PORT\n");
        return 2;
    }
    raise_file_limit();
    const int listener = listen_on(argv[1]);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener};
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &e)) die("start");
    for (struct epoll_event events[EVENTS];;) {
        const int count = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                let_in(listener);
            else
                on_readable(events[i].data.fd);
        }
    }
}
