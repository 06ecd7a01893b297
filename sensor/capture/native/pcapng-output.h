// One interface's pcapng stream (draft-ietf-opsawg-pcapng), written to a file descriptor in large pieces.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace eastwatch {

struct Statistics {
  /** Frames the filter took, those dropped by the kernel among them. */
  uint64_t received = 0;
  uint64_t droppedByKernel = 0;
  /** Left out where the interface does not tell: never 0 for unknown. */
  std::optional<uint64_t> droppedByInterface;
};

class PcapngOutput {
 public:
  /** `out` is written to without blocking; `stop` ends it where nobody reads any more: see `flush`. */
  PcapngOutput(int out, int stop);

  void section(const std::string& application);
  void interface(const std::string& name, int linkType, int snapLength, bool isNanos);
  /** `ticks` are of the resolution told with the interface. */
  void frame(uint64_t ticks, const uint8_t* bytes, uint32_t captured, uint32_t original);
  void statistics(uint64_t ticks, const Statistics& statistics);
  /**
   * Writes what is held. Waits for a reader that is slow: meanwhile the kernel's ring takes the frames, and counts those that find
   * no room. False once nobody reads any more, or `stop` has ended and the reader took nothing for a second.
   */
  bool flush();
  /** Whether `stop` has come to its end: whoever started the capture wants it to end. */
  bool isStopped();

  PcapngOutput(const PcapngOutput&) = delete;
  PcapngOutput& operator=(const PcapngOutput&) = delete;

 private:
  uint8_t* reserve(size_t bytes);
  void block(uint32_t type, const std::string& body);
  bool send(iovec* pieces, int count);
  bool waitUntilWritable();

  const int out_;
  const int stop_;
  std::unique_ptr<uint8_t[]> buffer_;
  size_t length_ = 0;
  bool isClosed_ = false;
  bool isStopped_ = false;
};

}  // namespace eastwatch
