import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.*;

/** A TLS peer on the JDK's JSSE: {@code server|client key=value…}. */
public final class JavaPeer {
  static final Map<String, String> options = new HashMap<>();
  static final Random random = new Random();

  public static void main(String[] arguments) throws Exception {
    for (int at = 1; at < arguments.length; at++) {
      String[] pair = arguments[at].split("=", 2);
      options.put(pair[0], pair[1]);
    }
    if (options.containsKey("provider"))
      java.security.Security.insertProviderAt(
          (java.security.Provider) Class.forName(options.get("provider")).getConstructor().newInstance(), 1);
    if (options.containsKey("base"))
      java.security.Security.addProvider(
          (java.security.Provider) Class.forName(options.get("base")).getConstructor().newInstance());
    if (arguments[0].equals("server")) serve();
    else connectAll();
  }

  static SSLContext context() throws Exception {
    char[] password = options.get("password").toCharArray();
    KeyManager[] keys = null;
    if (options.containsKey("pkcs12")) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream bytes = Files.newInputStream(Path.of(options.get("pkcs12")))) {
        store.load(bytes, password);
      }
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(store, password);
      keys = factory.getKeyManagers();
    }
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream bytes = Files.newInputStream(Path.of(options.get("ca")))) {
      trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(bytes));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust.getTrustManagers(), new SecureRandom());
    return context;
  }

  static void serve() throws Exception {
    SSLServerSocket listener =
        (SSLServerSocket)
            context()
                .getServerSocketFactory()
                .createServerSocket(
                    Integer.parseInt(options.get("port")), 50, InetAddress.getByName(options.get("address")));
    SSLParameters parameters = listener.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv" + options.get("version")});
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    if (options.get("auth").equals("request")) parameters.setWantClientAuth(true);
    if (options.get("auth").equals("require")) parameters.setNeedClientAuth(true);
    listener.setSSLParameters(parameters);
    while (true) {
      SSLSocket socket = (SSLSocket) listener.accept();
      long acceptedAt = System.currentTimeMillis();
      try (socket) {
        answer(socket, acceptedAt);
      } catch (Exception error) {
        System.err.println(error);
      }
    }
  }

  static void answer(SSLSocket socket, long acceptedAt) throws Exception {
    socket.setSoTimeout(4000);
    socket.startHandshake();
    SSLSession session = socket.getSession();
    boolean presented = false;
    try {
      Certificate[] chain = session.getPeerCertificates();
      presented = chain.length > 0;
    } catch (SSLPeerUnverifiedException none) {
      presented = false;
    }
    // A resumed session carries the time of its full handshake; JSSE has no other word for it.
    boolean resumed = session.getCreationTime() < acceptedAt;
    System.out.println(
        "{\"port\":" + socket.getPort() + ",\"presented\":" + presented + ",\"resumed\":" + resumed + "}");
    byte[] request = new byte[16384];
    int length = socket.getInputStream().read(request);
    if (length <= 0) return;
    // An HTTP/2 client may send its request a moment after the preface.
    if (request[0] == 'P') Thread.sleep(30);
    socket.getOutputStream().write(answerTo(new String(request, 0, length, StandardCharsets.ISO_8859_1)));
    socket.getOutputStream().flush();
    closeOutput(socket);
    if (!socket.isClosed()) socket.getInputStream().read(request);
  }

  static void closeOutput(SSLSocket socket) throws Exception {
    try {
      socket.shutdownOutput();
    } catch (UnsupportedOperationException notHere) {
      socket.close();
    }
  }

  static byte[] answerTo(String request) {
    byte[] body = new byte[1 + random.nextInt(3000)];
    random.nextBytes(body);
    if (!request.startsWith("PRI")) {
      String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n";
      return join(List.of(head.getBytes(StandardCharsets.ISO_8859_1), body));
    }
    return join(
        List.of(frame(4, 0, 0, new byte[0]), frame(1, 4, 1, new byte[] {(byte) 0x88}), frame(0, 1, 1, body)));
  }

  static byte[] frame(int kind, int flags, int stream, byte[] payload) {
    int length = payload.length;
    byte[] head = {
      (byte) (length >> 16), (byte) (length >> 8), (byte) length, (byte) kind, (byte) flags, 0, 0, 0, (byte) stream
    };
    return join(List.of(head, payload));
  }

  static byte[] join(List<byte[]> parts) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) all.writeBytes(part);
    return all.toByteArray();
  }

  static void connectAll() throws Exception {
    SSLSocketFactory factory = context().getSocketFactory();
    for (int at = 0; at < Integer.parseInt(options.get("connections")); at++) {
      try {
        ask(factory);
      } catch (Exception error) {
        System.err.println(error);
      }
      Thread.sleep(30);
    }
  }

  static void ask(SSLSocketFactory factory) throws Exception {
    int port = Integer.parseInt(options.get("port"));
    java.net.Socket plain = new java.net.Socket();
    plain.connect(new InetSocketAddress(options.get("address"), port), 4000);
    // The name given here is what SNI and the session cache go by.
    try (SSLSocket socket = (SSLSocket) factory.createSocket(plain, options.get("name"), port, true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {"TLSv" + options.get("version")});
      if (options.get("alpn").equals("h2")) parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      if (options.get("version").equals("1.3"))
        parameters.setCipherSuites(
            new String[] {
              options.get("hash").equals("sha384") ? "TLS_AES_256_GCM_SHA384" : "TLS_AES_128_GCM_SHA256"
            });
      socket.setSSLParameters(parameters);
      long startedAt = System.currentTimeMillis();
      socket.startHandshake();
      boolean resumed = socket.getSession().getCreationTime() < startedAt;
      System.out.println("CLIENT {\"port\":" + plain.getLocalPort() + ",\"resumed\":" + resumed + "}");
      String chosen = "h2".equals(socket.getApplicationProtocol()) ? options.get("http2") : options.get("http1");
      socket.getOutputStream().write(Files.readAllBytes(Path.of(chosen)));
      socket.getOutputStream().flush();
      read(socket);
    }
  }

  static void read(SSLSocket socket) throws Exception {
    byte[] part = new byte[16384];
    socket.setSoTimeout(4000);
    try {
      for (int length; (length = socket.getInputStream().read(part)) >= 0; socket.setSoTimeout(80))
        System.out.write(part, 0, length);
      System.out.flush();
    } catch (SocketTimeoutException quiet) {
      System.out.flush();
    }
  }
}
