// Captures one interface with libpcap and writes it as pcapng; knows nothing of Node.
#pragma once

#include <pcap/pcap.h>

#include <cstdint>
#include <optional>
#include <string>

#include "pcapng-output.h"

namespace eastwatch {

struct Options {
  std::string interface;
  /** Empty for everything. */
  std::string filter;
  int bufferBytes = 0;
  int snapLength = 0;
  bool isPromiscuous = true;
};

/** Why a capture is over, or did not begin. */
struct Ending {
  /**
   * `asked`: `stop` came to its end, or so did the file; `unread`: nobody reads the output; `filter`: libpcap does not take it;
   * `device`: it can't be opened, or captured any further.
   */
  enum class Kind { none, asked, unread, filter, device };
  Kind kind = Kind::none;
  /** libpcap's words, for the last two. */
  std::string text;
};

/** What libpcap has against the filter, on an Ethernet; empty where it takes it there, or on `any` or an interface of raw IP. */
std::string wordsAgainst(const std::string& filter);

class Capture {
 public:
  Capture() = default;
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  /** `Kind::none` where it can run. */
  Ending open(const Options& options);
  /** The same with a capture file, for the checks under sanitizers. */
  Ending openFile(const std::string& path, const std::string& filter);
  /** Captures until `stop` is at its end, the device fails or nobody reads `out`. */
  Ending run(int out, int stop);

 private:
  Ending useFilter(const std::string& filter);
  static void take(u_char* self, const pcap_pkthdr* header, const u_char* bytes);
  Ending loop(int out, int stop);
  void takeRest();
  void await(int stop, int64_t untilMillis);
  void tellStatistics();
  void countInterface();
  uint64_t ticksOf(int64_t seconds, int64_t fraction) const;

  pcap_t* handle_ = nullptr;
  std::string interface_;
  bool isFile_ = false;
  bool isNanos_ = false;
  PcapngOutput* output_ = nullptr;
  Statistics statistics_;
  pcap_stat last_ = {};
  /** What the interface had dropped when the capture began. */
  std::optional<uint64_t> droppedAtStart_;
  /** When its own counters are to be read again. */
  int64_t interfaceMillis_ = 0;
};

}  // namespace eastwatch
