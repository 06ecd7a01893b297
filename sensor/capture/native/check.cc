// Runs the binding's core without Node, for sanitizers and valgrind: `check [CAPTURE...]`. As root on loopback as well.
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "capture.h"
#include "file-window.h"

namespace {

using eastwatch::Capture;
using eastwatch::Ending;

int failures = 0;

void expect(bool isSo, const std::string& what) {
  if (!isSo) failures++;
  printf("%s %s\n", isSo ? "ok" : "NOT OK", what.c_str());
}

struct Pipe {
  int in = -1;
  int out = -1;
  Pipe() {
    int both[2];
    if (pipe2(both, O_CLOEXEC) < 0) abort();
    in = both[0];
    out = both[1];
  }
  ~Pipe() {
    closeIn();
    closeOut();
  }
  void closeIn() { closeOnce(in); }
  void closeOut() { closeOnce(out); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

 private:
  static void closeOnce(int& descriptor) {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
  }
};

enum class Pace { fast, slow };

/** All that comes until the other end is closed; slowly, so that writes are cut wherever they may be. */
std::string readAll(int in, Pace pace) {
  std::string all;
  std::vector<char> piece(pace == Pace::slow ? 4'093 : 1'048'576);
  for (;;) {
    const ssize_t length = read(in, piece.data(), piece.size());
    if (length <= 0) return all;
    all.append(piece.data(), static_cast<size_t>(length));
    if (pace == Pace::slow && all.size() % 13 == 0) usleep(200);
  }
}

/** Every packet as text: time, original length, bytes. Libpcap reads it back, not we. */
std::vector<std::string> packetsOf(pcap_t* file) {
  std::vector<std::string> packets;
  pcap_pkthdr* header;
  const u_char* bytes;
  while (pcap_next_ex(file, &header, &bytes) == 1) {
    std::string packet = std::to_string(header->ts.tv_sec) + "." + std::to_string(header->ts.tv_usec) + " ";
    packet += std::to_string(header->len) + " ";
    packet.append(reinterpret_cast<const char*>(bytes), header->caplen);
    packets.push_back(packet);
  }
  pcap_close(file);
  return packets;
}

std::vector<std::string> packetsIn(const std::string& pcapng) {
  char trouble[PCAP_ERRBUF_SIZE] = "";
  FILE* file = fmemopen(const_cast<char*>(pcapng.data()), pcapng.size(), "r");
  pcap_t* handle = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, trouble);
  if (handle != nullptr) return packetsOf(handle);
  printf("%s\n", trouble);
  fclose(file);
  return {};
}

void checkFile(const std::string& path, Pace pace) {
  char trouble[PCAP_ERRBUF_SIZE] = "";
  pcap_t* file = pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, trouble);
  if (file == nullptr) {
    printf("skipped %s: %s\n", path.c_str(), trouble);
    return;
  }
  const std::vector<std::string> expected = packetsOf(file);
  Capture capture;
  Pipe output, stop;
  std::string written;
  std::thread reader([&] { written = readAll(output.in, pace); });
  const bool isOpen = capture.openFile(path, "").kind == Ending::Kind::none;
  if (isOpen) capture.run(output.out, stop.in);
  output.closeOut();
  reader.join();
  expect(isOpen && packetsIn(written) == expected, path + ": " + std::to_string(expected.size()) + " packets");
}

void checkRefusals(const std::string& path) {
  Capture refused, absent, nothing;
  const Ending ending = refused.openFile(path, "tcp prot 80");
  expect(ending.kind == Ending::Kind::filter && !ending.text.empty(), "a filter that can't be compiled is named");
  expect(absent.openFile("/nowhere", "").kind == Ending::Kind::device, "a file that is not there is named");
  eastwatch::Options options;
  options.interface = "no-such-device";
  options.bufferBytes = 1 << 20;
  options.snapLength = 262'144;
  expect(nothing.open(options).kind == Ending::Kind::device, "a device that is not there is named");
}

constexpr uint16_t PORT = 40'011;

eastwatch::Options loopback(int bufferBytes) {
  eastwatch::Options options;
  options.interface = "lo";
  options.filter = "udp port " + std::to_string(PORT);
  options.bufferBytes = bufferBytes;
  options.snapLength = 262'144;
  return options;
}

void send(int count) {
  const int socketOut = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(PORT);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::vector<char> bytes(60'000, 'x');
  for (int index = 0; index < count; index++) {
    const size_t length = index % 10 == 0 ? 60'000 : static_cast<size_t>(index % 1'400);
    sendto(socketOut, bytes.data(), length, 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
  }
  close(socketOut);
}

void checkLoopback() {
  Capture capture;
  if (capture.open(loopback(64 << 20)).kind != Ending::Kind::none) {
    printf("skipped: capturing on loopback needs root\n");
    return;
  }
  Pipe output, stop;
  std::string written;
  Ending ending;
  std::thread reader([&] { written = readAll(output.in, Pace::fast); });
  std::thread captured([&] { ending = capture.run(output.out, stop.in); });
  send(2'000);
  stop.closeOut();
  captured.join();
  output.closeOut();
  reader.join();
  expect(ending.kind == Ending::Kind::asked, "it ends when it is asked to");
  expect(packetsIn(written).size() == 2'000, "2,000 packets in one go, all of them");
}

void checkReaders() {
  Capture unread, stalled;
  if (unread.open(loopback(1 << 20)).kind != Ending::Kind::none) return;
  {
    Pipe output, stop;
    output.closeIn();
    expect(unread.run(output.out, stop.in).kind == Ending::Kind::unread, "it ends when nobody reads any more");
  }
  if (stalled.open(loopback(1 << 20)).kind != Ending::Kind::none) return;
  Pipe output, stop;
  Ending ending;
  std::thread captured([&] { ending = stalled.run(output.out, stop.in); });
  send(2'000);
  stop.closeOut();
  captured.join();
  expect(ending.kind == Ending::Kind::unread, "a reader that takes nothing does not keep it from its end");
}

/** A file of three windows and a bit, then one that shrinks while it is shown. */
void checkWindow() {
  using eastwatch::FileWindow;
  FileWindow& window = FileWindow::only();
  FILE* file = tmpfile();
  const std::string all(3 * FileWindow::BYTES + 5, 'a');
  expect(file != nullptr && fwrite(all.data(), 1, all.size(), file) == all.size() && fflush(file) == 0, "a file for the window");
  const int descriptor = fileno(file);
  expect(window.open() && !window.open(), "one window at a time");
  size_t seen = 0;
  bool isAll = true;
  for (ssize_t length; (length = window.show(descriptor, static_cast<off_t>(seen))) > 0; seen += static_cast<size_t>(length))
    isAll &= std::string(reinterpret_cast<char*>(window.begin()), static_cast<size_t>(length)) == all.substr(seen, static_cast<size_t>(length));
  expect(isAll && seen == all.size() && !window.isBroken(), "the window shows the whole file");
  expect(window.show(descriptor, 1) < 0 && window.show(-1, 0) < 0, "what can't be shown is refused");
  expect(window.show(descriptor, 0) == FileWindow::BYTES && ftruncate(descriptor, 4'096) == 0, "a file that shrinks");
  expect(window.begin()[0] == 'a' && window.begin()[FileWindow::BYTES - 1] == 0xff && window.isBroken(), "a page that is not there");
  window.close();
  expect(window.begin()[0] == 0 && window.open() && window.show(descriptor, 0) == 4'096 && !window.isBroken(), "opened again");
  window.close();
  fclose(file);
}

}  // namespace

int main(int count, char** paths) {
  signal(SIGPIPE, SIG_IGN);
  for (int index = 1; index < count; index++) {
    checkFile(paths[index], Pace::fast);
    checkFile(paths[index], Pace::slow);
  }
  if (count > 1) checkRefusals(paths[1]);
  checkLoopback();
  checkReaders();
  checkWindow();
  printf("%s\n", failures == 0 ? "all is well" : "something is not");
  return failures == 0 ? 0 : 1;
}
