/* A TLS peer on Mbed TLS, versions 2 (up to TLS 1.2) and 3: `server|client key=value…`. */
#include <arpa/inet.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <netinet/in.h>
#include <sys/socket.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "peer.h"

static mbedtls_ctr_drbg_context random_source;
static mbedtls_ssl_config configuration;
static mbedtls_ssl_ticket_context tickets;
/* Mbed TLS does not say whether a session was resumed: a ticket that could be read says it. */
static int took_ticket;

static void check(int code, const char *what) {
  if (code == 0) return;
  fprintf(stderr, "%s failed: -0x%04x\n", what, (unsigned)-code);
  exit(1);
}

static int port_of(int socket_, int (*ask)(int, struct sockaddr *, socklen_t *)) {
  struct sockaddr_in place;
  socklen_t length = sizeof place;
  ask(socket_, (struct sockaddr *)&place, &length);
  return ntohs(place.sin_port);
}

static int read_ticket(void *context, mbedtls_ssl_session *session, unsigned char *bytes, size_t length) {
  int code = mbedtls_ssl_ticket_parse(context, session, bytes, length);
  took_ticket = code == 0;
  return code;
}

static void read_identity(void) {
  static mbedtls_x509_crt own;
  static mbedtls_pk_context key;
  if (option("cert") == NULL) return;
  mbedtls_x509_crt_init(&own);
  mbedtls_pk_init(&key);
  check(mbedtls_x509_crt_parse_file(&own, option("cert")), "reading the certificate");
#if MBEDTLS_VERSION_MAJOR >= 3
  check(mbedtls_pk_parse_keyfile(&key, option("key"), NULL, mbedtls_ctr_drbg_random, &random_source), "reading the key");
#else
  check(mbedtls_pk_parse_keyfile(&key, option("key"), NULL), "reading the key");
#endif
  check(mbedtls_ssl_conf_own_cert(&configuration, &own, &key), "taking the certificate");
}

static void choose_version(void) {
#if MBEDTLS_VERSION_MAJOR >= 3
  static const int sha256[] = {MBEDTLS_TLS1_3_AES_128_GCM_SHA256, 0}, sha384[] = {MBEDTLS_TLS1_3_AES_256_GCM_SHA384, 0};
  int is13 = is("version", "1.3");
  mbedtls_ssl_protocol_version version = is13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
  mbedtls_ssl_conf_min_tls_version(&configuration, version);
  mbedtls_ssl_conf_max_tls_version(&configuration, version);
  if (is13 && option("hash") != NULL) mbedtls_ssl_conf_ciphersuites(&configuration, is("hash", "sha256") ? sha256 : sha384);
#if MBEDTLS_VERSION_NUMBER >= 0x03060100
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&configuration, 1);
#endif
#endif
}

static void configure(int end) {
  static mbedtls_entropy_context entropy;
  static mbedtls_x509_crt authority;
  static const char *protocols[] = {"h2", "http/1.1", NULL};
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&random_source);
  check(mbedtls_ctr_drbg_seed(&random_source, mbedtls_entropy_func, &entropy, NULL, 0), "seeding");
#if MBEDTLS_VERSION_MAJOR >= 3
  check(psa_crypto_init(), "starting the cryptography");
#endif
  mbedtls_ssl_config_init(&configuration);
  check(mbedtls_ssl_config_defaults(&configuration, end, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT), "defaults");
  mbedtls_ssl_conf_rng(&configuration, mbedtls_ctr_drbg_random, &random_source);
  mbedtls_ssl_conf_read_timeout(&configuration, end == MBEDTLS_SSL_IS_SERVER ? 4000 : 300);
  mbedtls_x509_crt_init(&authority);
  check(mbedtls_x509_crt_parse_file(&authority, option("ca")), "reading the authority");
  mbedtls_ssl_conf_ca_chain(&configuration, &authority, NULL);
  read_identity();
  choose_version();
  if (end == MBEDTLS_SSL_IS_SERVER || is("alpn", "h2")) mbedtls_ssl_conf_alpn_protocols(&configuration, protocols);
}

static int shake_hands(mbedtls_ssl_context *ssl) {
  int code;
  while ((code = mbedtls_ssl_handshake(ssl)) == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE);
  if (code != 0) fprintf(stderr, "handshake failed: -0x%04x\n", (unsigned)-code);
  return code == 0;
}

static void send_answer(mbedtls_ssl_context *ssl, int http2) {
  unsigned char out[ANSWER_BYTES];
  mbedtls_ssl_write(ssl, out, write_answer(out, http2));
}

static void answer(mbedtls_net_context *plain) {
  unsigned char request[BUFFER_BYTES];
  mbedtls_ssl_context ssl;
  mbedtls_ssl_init(&ssl);
  check(mbedtls_ssl_setup(&ssl, &configuration), "setting up");
  mbedtls_ssl_set_bio(&ssl, plain, mbedtls_net_send, NULL, mbedtls_net_recv_timeout);
  took_ticket = 0;
  if (shake_hands(&ssl)) {
    printf("{\"port\":%d,\"presented\":%s,\"resumed\":%s}\n", port_of(plain->fd, getpeername),
           mbedtls_ssl_get_peer_cert(&ssl) != NULL ? "true" : "false", took_ticket ? "true" : "false");
    fflush(stdout);
    int length = mbedtls_ssl_read(&ssl, request, sizeof request);
    if (length > 0) {
      send_answer(&ssl, memcmp(request, "PRI", 3) == 0);
      mbedtls_ssl_close_notify(&ssl);
      shutdown(plain->fd, SHUT_WR);
      mbedtls_ssl_read(&ssl, request, sizeof request);
    }
  }
  mbedtls_ssl_free(&ssl);
  mbedtls_net_free(plain);
}

static void serve(void) {
  configure(MBEDTLS_SSL_IS_SERVER);
  int mode = is("auth", "none") ? MBEDTLS_SSL_VERIFY_NONE : is("auth", "request") ? MBEDTLS_SSL_VERIFY_OPTIONAL : MBEDTLS_SSL_VERIFY_REQUIRED;
  mbedtls_ssl_conf_authmode(&configuration, mode);
  mbedtls_ssl_ticket_init(&tickets);
  check(mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &random_source, MBEDTLS_CIPHER_AES_256_GCM, 3600), "tickets");
  mbedtls_ssl_conf_session_tickets_cb(&configuration, mbedtls_ssl_ticket_write, read_ticket, &tickets);
  mbedtls_net_context listener, plain;
  mbedtls_net_init(&listener);
  check(mbedtls_net_bind(&listener, option("address"), option("port"), MBEDTLS_NET_PROTO_TCP), "listening");
  for (;;) {
    mbedtls_net_init(&plain);
    check(mbedtls_net_accept(&listener, &plain, NULL, 0, NULL), "accepting");
    answer(&plain);
  }
}

static size_t read_request(mbedtls_ssl_context *ssl, unsigned char *bytes) {
  const char *chosen = mbedtls_ssl_get_alpn_protocol(ssl);
  FILE *file = fopen(option(chosen != NULL && strcmp(chosen, "h2") == 0 ? "http2" : "http1"), "rb");
  size_t length = file == NULL ? 0 : fread(bytes, 1, BUFFER_BYTES, file);
  if (file != NULL) fclose(file);
  return length;
}

static void read_answer(mbedtls_ssl_context *ssl, mbedtls_ssl_session *session) {
  unsigned char part[BUFFER_BYTES];
  for (;;) {
    int length = mbedtls_ssl_read(ssl, part, sizeof part);
#if MBEDTLS_VERSION_MAJOR >= 3
    if (length == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
      mbedtls_ssl_session_free(session);
      mbedtls_ssl_session_init(session);
      mbedtls_ssl_get_session(ssl, session);
      continue;
    }
#endif
    if (length <= 0) return;
    fwrite(part, 1, length, stdout);
  }
}

static void ask(mbedtls_ssl_session *session, int *has_session) {
  unsigned char request[BUFFER_BYTES];
  mbedtls_net_context plain;
  mbedtls_ssl_context ssl;
  mbedtls_net_init(&plain);
  mbedtls_ssl_init(&ssl);
  check(mbedtls_net_connect(&plain, option("address"), option("port"), MBEDTLS_NET_PROTO_TCP), "connecting");
  check(mbedtls_ssl_setup(&ssl, &configuration), "setting up");
  check(mbedtls_ssl_set_hostname(&ssl, option("name")), "naming the server");
  if (*has_session) mbedtls_ssl_set_session(&ssl, session);
  mbedtls_ssl_set_bio(&ssl, &plain, mbedtls_net_send, NULL, mbedtls_net_recv_timeout);
  if (shake_hands(&ssl)) {
    if (is("version", "1.2")) {
      mbedtls_ssl_session_free(session);
      mbedtls_ssl_session_init(session);
      mbedtls_ssl_get_session(&ssl, session);
    }
    *has_session = 1;
    mbedtls_ssl_write(&ssl, request, read_request(&ssl, request));
    read_answer(&ssl, session);
    mbedtls_ssl_close_notify(&ssl);
  }
  mbedtls_ssl_free(&ssl);
  mbedtls_net_free(&plain);
}

static void connect_all(void) {
  mbedtls_ssl_session session;
  int has_session = 0;
  configure(MBEDTLS_SSL_IS_CLIENT);
  mbedtls_ssl_session_init(&session);
  for (int at = 0; at < atoi(option("connections")); at++) {
    ask(&session, &has_session);
    pause_millis(20);
  }
}

int main(int count, char **parameters) {
  words = parameters;
  word_count = count;
  srand(time(NULL));
  if (count > 1 && strcmp(parameters[1], "server") == 0) serve();
  else connect_all();
}
