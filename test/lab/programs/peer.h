/* What the peers in C share: options as `key=value`, and what a server answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUFFER_BYTES 16384
#define ANSWER_BYTES 4096

static char **words;
static int word_count;

static const char *option(const char *name) {
  size_t length = strlen(name);
  for (int at = 0; at < word_count; at++)
    if (strncmp(words[at], name, length) == 0 && words[at][length] == '=') return words[at] + length + 1;
  return NULL;
}

static int is(const char *name, const char *value) {
  return option(name) != NULL && strcmp(option(name), value) == 0;
}

static void pause_millis(long millis) {
  struct timespec time = {millis / 1000, millis % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static size_t frame(unsigned char *to, int kind, int flags, int stream, const unsigned char *payload, size_t length) {
  unsigned char head[9] = {length >> 16, length >> 8, length, kind, flags, 0, 0, 0, stream};
  memcpy(to, head, sizeof head);
  memcpy(to + sizeof head, payload, length);
  return sizeof head + length;
}

/* One answer with a body of any length up to 3000 bytes; over HTTP/2 a little later, as a server that thinks. */
static size_t write_answer(unsigned char *out, int http2) {
  unsigned char body[3000];
  size_t length = 1 + rand() % sizeof body, used = 0;
  for (size_t at = 0; at < length; at++) body[at] = rand();
  if (http2) {
    pause_millis(30);
    used += frame(out, 4, 0, 0, body, 0);
    used += frame(out + used, 1, 4, 1, (const unsigned char *)"\x88", 1);
    return used + frame(out + used, 0, 1, 1, body, length);
  }
  used = sprintf((char *)out, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", length);
  memcpy(out + used, body, length);
  return used + length;
}
