#include "pcapng-output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace eastwatch {

namespace {

constexpr uint32_t SECTION_HEADER = 0x0a0d0d0a;
constexpr uint32_t INTERFACE_DESCRIPTION = 1;
constexpr uint32_t INTERFACE_STATISTICS = 5;
constexpr uint32_t ENHANCED_PACKET = 6;
constexpr uint32_t BYTE_ORDER_MAGIC = 0x1a2b3c4d;
constexpr uint32_t PACKET_HEAD = 28;
constexpr uint32_t PACKET_OVERHEAD = 32;

/** What one write takes. Larger ones gain nothing and leave the processor's cache. */
constexpr size_t BUFFER_BYTES = 256 * 1024;
/** From here on another system call costs less than another copy: the frame is written from where the kernel put it. */
constexpr uint32_t DIRECT_BYTES = 16 * 1024;
constexpr int STOPPED_MILLIS = 1000;

uint32_t padded(uint32_t length) { return (length + 3) & ~3u; }

void put16(uint8_t* at, uint16_t value) { memcpy(at, &value, sizeof value); }

void put32(uint8_t* at, uint32_t value) { memcpy(at, &value, sizeof value); }

void append(std::string& body, const void* bytes, size_t length) {
  body.append(static_cast<const char*>(bytes), length);
}

void option(std::string& body, uint16_t code, const void* value, uint16_t length) {
  append(body, &code, sizeof code);
  append(body, &length, sizeof length);
  append(body, value, length);
  body.append(padded(length) - length, '\0');
}

void textOption(std::string& body, uint16_t code, const std::string& text) {
  option(body, code, text.data(), static_cast<uint16_t>(text.size() < 1024 ? text.size() : 1024));
}

void countOption(std::string& body, uint16_t code, uint64_t count) { option(body, code, &count, sizeof count); }

void timeOf(uint64_t ticks, uint32_t halves[2]) {
  halves[0] = static_cast<uint32_t>(ticks >> 32);
  halves[1] = static_cast<uint32_t>(ticks);
}

void putPacketHead(uint8_t* at, uint64_t ticks, uint32_t captured, uint32_t original) {
  put32(at, ENHANCED_PACKET);
  put32(at + 4, PACKET_OVERHEAD + padded(captured));
  put32(at + 8, 0);
  put32(at + 12, static_cast<uint32_t>(ticks >> 32));
  put32(at + 16, static_cast<uint32_t>(ticks));
  put32(at + 20, captured);
  put32(at + 24, original);
}

/** The filling up to a multiple of four, and the length again; its size. */
size_t putPacketEnd(uint8_t* at, uint32_t captured) {
  const uint32_t filling = padded(captured) - captured;
  memset(at, 0, filling);
  put32(at + filling, PACKET_OVERHEAD + padded(captured));
  return filling + 4;
}

}  // namespace

PcapngOutput::PcapngOutput(int out, int stop) : out_(out), stop_(stop), buffer_(new uint8_t[BUFFER_BYTES]) {}

void PcapngOutput::section(const std::string& application) {
  std::string body;
  const uint16_t version[2] = {1, 0};
  append(body, &BYTE_ORDER_MAGIC, sizeof BYTE_ORDER_MAGIC);
  append(body, version, sizeof version);
  body.append(8, '\xff');
  textOption(body, 4, application);
  body.append(4, '\0');
  block(SECTION_HEADER, body);
}

void PcapngOutput::interface(const std::string& name, int linkType, int snapLength, bool isNanos) {
  std::string body(8, '\0');
  put16(reinterpret_cast<uint8_t*>(&body[0]), static_cast<uint16_t>(linkType));
  put32(reinterpret_cast<uint8_t*>(&body[4]), static_cast<uint32_t>(snapLength));
  const uint8_t resolution = isNanos ? 9 : 6;
  textOption(body, 2, name);
  option(body, 9, &resolution, 1);
  body.append(4, '\0');
  block(INTERFACE_DESCRIPTION, body);
}

void PcapngOutput::frame(uint64_t ticks, const uint8_t* bytes, uint32_t captured, uint32_t original) {
  if (captured < DIRECT_BYTES) {
    uint8_t* at = reserve(PACKET_OVERHEAD + padded(captured));
    putPacketHead(at, ticks, captured, original);
    memcpy(at + PACKET_HEAD, bytes, captured);
    putPacketEnd(at + PACKET_HEAD + captured, captured);
    length_ += PACKET_OVERHEAD + padded(captured);
    return;
  }
  uint8_t* head = reserve(PACKET_HEAD);
  putPacketHead(head, ticks, captured, original);
  length_ += PACKET_HEAD;
  uint8_t end[8];
  iovec pieces[3] = {
      {buffer_.get(), length_},
      {const_cast<uint8_t*>(bytes), captured},
      {end, putPacketEnd(end, captured)},
  };
  length_ = 0;
  send(pieces, 3);
}

void PcapngOutput::statistics(uint64_t ticks, const Statistics& statistics) {
  std::string body(4, '\0');
  uint32_t time[2];
  timeOf(ticks, time);
  append(body, time, sizeof time);
  countOption(body, 4, statistics.received);
  if (statistics.droppedByInterface) countOption(body, 5, *statistics.droppedByInterface);
  countOption(body, 7, statistics.droppedByKernel);
  body.append(4, '\0');
  block(INTERFACE_STATISTICS, body);
}

bool PcapngOutput::flush() {
  if (length_ > 0) {
    iovec piece = {buffer_.get(), length_};
    length_ = 0;
    send(&piece, 1);
  }
  return !isClosed_;
}

bool PcapngOutput::isStopped() {
  if (isStopped_) return true;
  pollfd waiting = {stop_, POLLIN, 0};
  if (poll(&waiting, 1, 0) <= 0) return false;
  char ignored[256];
  const ssize_t length = read(stop_, ignored, sizeof ignored);
  isStopped_ = length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR);
  return isStopped_;
}

/** Room for so many bytes, fewer than the buffer has, behind what is held. */
uint8_t* PcapngOutput::reserve(size_t bytes) {
  if (length_ + bytes > BUFFER_BYTES) flush();
  return buffer_.get() + length_;
}

void PcapngOutput::block(uint32_t type, const std::string& body) {
  const uint32_t size = 12 + padded(static_cast<uint32_t>(body.size()));
  uint8_t* at = reserve(size);
  memset(at, 0, size);
  put32(at, type);
  put32(at + 4, size);
  memcpy(at + 8, body.data(), body.size());
  put32(at + size - 4, size);
  length_ += size;
}

bool PcapngOutput::send(iovec* pieces, int count) {
  while (count > 0 && !isClosed_) {
    ssize_t written = writev(out_, pieces, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN || !waitUntilWritable()) isClosed_ = true;
      continue;
    }
    while (count > 0 && static_cast<size_t>(written) >= pieces->iov_len) {
      written -= static_cast<ssize_t>(pieces->iov_len);
      pieces++;
      count--;
    }
    if (count == 0) break;
    pieces->iov_base = static_cast<uint8_t*>(pieces->iov_base) + written;
    pieces->iov_len -= static_cast<size_t>(written);
  }
  return !isClosed_;
}

bool PcapngOutput::waitUntilWritable() {
  for (;;) {
    const bool wasStopped = isStopped();
    pollfd waiting[2] = {{out_, POLLOUT, 0}, {stop_, POLLIN, 0}};
    const int ready = poll(waiting, wasStopped ? 1 : 2, wasStopped ? STOPPED_MILLIS : -1);
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0) return false;
    if (ready > 0 && waiting[0].revents != 0) return true;
  }
}

}  // namespace eastwatch
