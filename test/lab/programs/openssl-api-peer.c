/* A TLS peer on OpenSSL's programming interface, built against the libraries that offer it: BoringSSL and wolfSSL. */
#ifdef WITH_WOLFSSL
#include <wolfssl/options.h>
#include <wolfssl/openssl/ssl.h>
#else
#include <openssl/hpke.h>
#include <openssl/ssl.h>
#endif
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "peer.h"

static SSL_SESSION *session;

static void fail(const char *what) {
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

static void limit(int socket_, long millis) {
  struct timeval time = {millis / 1000, millis % 1000 * 1000};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

static struct sockaddr_in address(void) {
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(option("port")))};
  inet_pton(AF_INET, option("address"), &place.sin_addr);
  return place;
}

static int remember(SSL *ssl, SSL_SESSION *fresh) {
  (void)ssl;
  if (session != NULL) SSL_SESSION_free(session);
  session = fresh;
  return 1;
}

/* The server takes h2 where it is offered. */
static int choose(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in, unsigned int size,
                  void *more) {
  (void)ssl, (void)more;
  for (unsigned int at = 0; at < size; at += in[at] + 1)
    if (in[at] == 2 && memcmp(in + at + 1, "h2", 2) == 0) {
      *out = in + at + 1;
      *length = 2;
      return SSL_TLSEXT_ERR_OK;
    }
  return SSL_TLSEXT_ERR_NOACK;
}

static SSL_CTX *make_context(const SSL_METHOD *method) {
  SSL_CTX *context = SSL_CTX_new((SSL_METHOD *)method);
  int version = is("version", "1.2") ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  if (SSL_CTX_load_verify_locations(context, option("ca"), NULL) != 1) fail("reading the authority");
  if (option("cert") != NULL) {
    if (SSL_CTX_use_certificate_chain_file(context, option("cert")) != 1) fail("reading the certificate");
    if (SSL_CTX_use_PrivateKey_file(context, option("key"), SSL_FILETYPE_PEM) != 1) fail("reading the key");
  }
#ifdef WITH_WOLFSSL
  if (is("version", "1.3") && option("hash") != NULL)
    SSL_CTX_set_cipher_list(context, is("hash", "sha256") ? "TLS13-AES128-GCM-SHA256" : "TLS13-AES256-GCM-SHA384");
#else
  static const uint16_t schemes[] = {SSL_SIGN_ED25519, SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_RSA_PSS_RSAE_SHA256,
                                     SSL_SIGN_RSA_PKCS1_SHA256};
  SSL_CTX_set_signing_algorithm_prefs(context, schemes, 4);
  SSL_CTX_set_verify_algorithm_prefs(context, schemes, 4);
  SSL_CTX_set_grease_enabled(context, 1);
#endif
  return context;
}

static void use_application_settings(SSL *ssl) {
#ifdef WITH_WOLFSSL
  (void)ssl;
#else
  /* ALPS, as Chrome does it: a message of its own in the client's encrypted flight. */
  SSL_add_application_settings(ssl, (const uint8_t *)"h2", 2, (const uint8_t *)"", 0);
#endif
}

#ifndef WITH_WOLFSSL
/* Both ends know the key by heart, and so what the server would publish: an ECHConfigList of one. */
static SSL_ECH_KEYS *make_hello_keys(unsigned char **list, size_t *length) {
  unsigned char secret[32], *config;
  size_t size;
  EVP_HPKE_KEY *key = EVP_HPKE_KEY_new();
  SSL_ECH_KEYS *keys = SSL_ECH_KEYS_new();
  memset(secret, 0x2a, sizeof secret);
  if (!EVP_HPKE_KEY_init(key, EVP_hpke_x25519_hkdf_sha256(), secret, sizeof secret) ||
      !SSL_marshal_ech_config(&config, &size, 7, key, "public.eastwatch.test", 64) ||
      !SSL_ECH_KEYS_add(keys, 1, config, size, key) || !SSL_ECH_KEYS_marshal_retry_configs(keys, list, length))
    fail("making the keys for hellos");
  return keys;
}
#endif

/* Encrypted Client Hello, where it was ordered: what the reader sees is another hello, for another name. */
static void encrypt_hello(SSL_CTX *of_server, SSL *of_client) {
#ifdef WITH_WOLFSSL
  (void)of_server, (void)of_client;
#else
  unsigned char *list;
  size_t length;
  if (option("ech") == NULL || is("version", "1.2")) return;
  SSL_ECH_KEYS *keys = make_hello_keys(&list, &length);
  if (of_server != NULL && !SSL_CTX_set1_ech_keys(of_server, keys)) fail("using the keys for hellos");
  if (of_client != NULL && !SSL_set1_ech_config_list(of_client, list, length)) fail("encrypting the hello");
#endif
}

static void send_answer(SSL *ssl, int http2) {
  unsigned char out[ANSWER_BYTES];
  SSL_write(ssl, out, write_answer(out, http2));
}

static void answer(SSL_CTX *context, int plain, int port) {
  unsigned char request[BUFFER_BYTES];
  SSL *ssl = SSL_new(context);
  limit(plain, 4000);
  SSL_set_fd(ssl, plain);
  use_application_settings(ssl);
  if (SSL_accept(ssl) == 1) {
    X509 *peer = SSL_get_peer_certificate(ssl);
    printf("{\"port\":%d,\"presented\":%s,\"resumed\":%s}\n", port, peer != NULL ? "true" : "false",
           SSL_session_reused(ssl) ? "true" : "false");
    fflush(stdout);
    int length = SSL_read(ssl, request, sizeof request);
    if (length > 0) {
      send_answer(ssl, memcmp(request, "PRI", 3) == 0);
      SSL_shutdown(ssl);
      shutdown(plain, SHUT_WR);
      SSL_read(ssl, request, sizeof request);
    }
  } else
    fprintf(stderr, "handshake failed\n");
  SSL_free(ssl);
  close(plain);
}

static void serve(void) {
  SSL_CTX *context = make_context(TLS_server_method());
  int mode = SSL_VERIFY_NONE, one = 1;
  if (is("auth", "request")) mode = SSL_VERIFY_PEER;
  if (is("auth", "require")) mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(context, mode, NULL);
  SSL_CTX_set_session_id_context(context, (const unsigned char *)"lab", 3);
  SSL_CTX_set_alpn_select_cb(context, choose, NULL);
  encrypt_hello(context, NULL);
  if (mode != SSL_VERIFY_NONE) SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(option("ca")));
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in place = address();
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&place, sizeof place) != 0 || listen(listener, 16) != 0) fail("listening");
  for (;;) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int plain = accept(listener, (struct sockaddr *)&peer, &length);
    if (plain >= 0) answer(context, plain, ntohs(peer.sin_port));
  }
}

static void send_request(SSL *ssl) {
  char request[BUFFER_BYTES];
  const unsigned char *chosen = NULL;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl, &chosen, &length);
  FILE *file = fopen(option(length == 2 ? "http2" : "http1"), "rb");
  size_t size = fread(request, 1, sizeof request, file);
  fclose(file);
  SSL_write(ssl, request, size);
}

static void ask(SSL_CTX *context) {
  unsigned char part[BUFFER_BYTES];
  struct sockaddr_in place = address(), own;
  socklen_t size = sizeof own;
  int plain = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(plain, (struct sockaddr *)&place, sizeof place) != 0) fail("connecting");
  SSL *ssl = SSL_new(context);
  limit(plain, 4000);
  SSL_set_fd(ssl, plain);
  SSL_set_tlsext_host_name(ssl, option("name"));
  encrypt_hello(NULL, ssl);
  if (is("alpn", "h2")) {
    SSL_set_alpn_protos(ssl, (const unsigned char *)"\x02h2\x08http/1.1", 12);
    use_application_settings(ssl);
  }
  if (session != NULL) SSL_set_session(ssl, session);
  getsockname(plain, (struct sockaddr *)&own, &size);
  if (SSL_connect(ssl) == 1) {
    printf("CLIENT {\"port\":%d,\"resumed\":%s}\n", ntohs(own.sin_port), SSL_session_reused(ssl) ? "true" : "false");
#ifndef WITH_WOLFSSL
    if (option("ech") != NULL && is("version", "1.3") && !SSL_ech_accepted(ssl)) fail("the encrypted hello");
#endif
    send_request(ssl);
    for (int length; (length = SSL_read(ssl, part, sizeof part)) > 0; limit(plain, 100))
      fwrite(part, 1, length, stdout);
#ifdef WITH_WOLFSSL
    remember(ssl, SSL_get1_session(ssl));
#endif
    SSL_shutdown(ssl);
  } else
    fprintf(stderr, "handshake failed\n");
  SSL_free(ssl);
  close(plain);
}

static void connect_all(void) {
  SSL_CTX *context = make_context(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
#ifndef WITH_WOLFSSL
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context, remember);
#endif
  for (int left = atoi(option("connections")); left > 0; left--) {
    ask(context);
    pause_millis(20);
  }
}

int main(int count, char **arguments) {
  words = arguments + 2;
  word_count = count - 2;
  srand(time(NULL) ^ getpid());
  signal(SIGPIPE, SIG_IGN);
#ifdef WITH_WOLFSSL
  wolfSSL_Init();
#endif
  if (count > 1 && strcmp(arguments[1], "server") == 0) serve();
  else connect_all();
  return 0;
}
