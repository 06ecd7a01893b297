import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A peer on grpc-java over Netty: {@code server PORT LOG}, or {@code client HOST:PORT CALLS [pause]}. See grpc-peer.ts. */
public final class GrpcPeer {
  /** Messages are bytes that are made by hand. */
  static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] content) {
      return new ByteArrayInputStream(content);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new IllegalStateException(broken);
      }
    }
  }

  static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
        .setType(MethodDescriptor.MethodType.UNKNOWN)
        .setFullMethodName(name)
        .build();
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("server")) serve(Integer.parseInt(arguments[1]), new PrintStream(arguments[2]));
    else load(arguments[1], Integer.parseInt(arguments[2]), arguments.length > 3);
    System.exit(0);
  }

  static void serve(int port, PrintStream log) throws Exception {
    HandlerRegistry registry =
        new HandlerRegistry() {
          @Override
          public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
            return ServerMethodDefinition.create(method(name), handler(name, log));
          }
        };
    Server server = NettyServerBuilder.forPort(port).fallbackHandlerRegistry(registry).build().start();
    System.out.println("listening");
    server.awaitTermination();
  }

  static ServerCallHandler<byte[], byte[]> handler(String path, PrintStream log) {
    String name = path.substring(path.indexOf('/') + 1);
    return (call, headers) -> {
      call.request(Integer.MAX_VALUE);
      return new ServerCall.Listener<byte[]>() {
        int received, receivedBytes, sent, sentBytes;
        byte[] last;

        void answer(byte[] content) {
          if (sent++ == 0) call.sendHeaders(new Metadata());
          sentBytes += content.length;
          call.sendMessage(content);
        }

        void note(String status) {
          log.println(
              String.format("POST /%s 200 %d %d %d %d %s", path, received, sent, receivedBytes, sentBytes, status));
        }

        @Override
        public void onMessage(byte[] content) {
          received++;
          receivedBytes += content.length;
          last = content;
          if (name.equals("Talk") || name.equals("Hang")) answer(content);
        }

        @Override
        public void onCancel() {
          if (name.equals("Hang")) note("-");
        }

        @Override
        public void onHalfClose() {
          // Some clients end their side before they take the call back.
          if (name.equals("Hang")) return;
          Status status = Status.OK;
          if ((name.equals("Add") || name.equals("Pack")) && last.length % 10 == 0)
            status = Status.INVALID_ARGUMENT.withDescription("not so");
          else if (name.equals("Watch")) for (int at = 0; at <= last.length % 5; at++) answer(last);
          else if (!name.equals("Talk")) answer(last);
          note(String.valueOf(status.getCode().value()));
          call.close(status, new Metadata());
        }
      };
    };
  }

  static void load(String target, int calls, boolean pauses) throws Exception {
    ManagedChannel channel = NettyChannelBuilder.forTarget(target).usePlaintext().build();
    int half = pauses ? calls / 2 : calls;
    many(channel, 0, half);
    if (pauses) {
      System.out.println("half");
      System.in.read();
      many(channel, half, calls);
    }
    channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
    System.out.println("done");
  }

  static void many(ManagedChannel channel, int from, int until) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(20);
    for (int at = from; at < until; at++) {
      int index = at;
      pool.submit(
          () -> {
            try {
              all(channel, index);
            } catch (Throwable broken) {
              System.out.println("failed: " + broken);
              System.exit(1);
            }
          });
    }
    pool.shutdown();
    pool.awaitTermination(90, TimeUnit.SECONDS);
  }

  /** What message number {@code index} holds: 1: a mail address, 2: a number, 3: a text. */
  static byte[] content(int index) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(0x0a);
    message.write(15);
    message.writeBytes("ada@example.com".getBytes());
    message.writeBytes(new byte[] {0x10, 42, 0x1a, (byte) (1 + index % 100)});
    message.writeBytes("j".repeat(1 + index % 100).getBytes());
    return message.toByteArray();
  }

  static void all(ManagedChannel channel, int index) throws Exception {
    byte[] message = content(index);
    call(channel, "shop.Cart/Add", 1, message, CallOptions.DEFAULT);
    call(channel, "shop.Cart/Pack", 1, message, CallOptions.DEFAULT.withCompression("gzip"));
    call(channel, "shop.Cart/Watch", 1, message, CallOptions.DEFAULT);
    call(channel, "shop.Cart/Send", 1 + index % 6, message, CallOptions.DEFAULT);
    call(channel, "shop.Cart/Talk", 1 + index % 4, message, CallOptions.DEFAULT);
    if (index % 10 == 0) call(channel, "shop.Cart/Hang", 1, message, CallOptions.DEFAULT);
  }

  static void call(ManagedChannel channel, String name, int messages, byte[] message, CallOptions options)
      throws Exception {
    boolean hangs = name.endsWith("Hang");
    ClientCall<byte[], byte[]> call =
        channel.newCall(method(name), options.withDeadlineAfter(60, TimeUnit.SECONDS));
    CountDownLatch over = new CountDownLatch(1);
    Status[] ended = new Status[1];
    call.start(
        new ClientCall.Listener<byte[]>() {
          @Override
          public void onMessage(byte[] answer) {
            if (hangs) call.cancel("enough", null);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            ended[0] = status;
            over.countDown();
          }
        },
        new Metadata());
    call.request(Integer.MAX_VALUE);
    for (int sent = 0; sent < messages; sent++) call.sendMessage(message);
    if (!hangs) call.halfClose();
    over.await();
    Status.Code code = ended[0].getCode();
    if (!hangs && code != Status.Code.OK && code != Status.Code.INVALID_ARGUMENT)
      throw new IllegalStateException(name + " " + ended[0]);
  }
}
