#include "capture.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <fstream>

namespace eastwatch {

namespace {

/**
 * How long the kernel keeps a block of its ring that does not fill: what the live feed waits, and what is lost where this process
 * is killed. Immediate mode would wake it for every frame.
 */
constexpr int RETIRE_MILLIS = 200;
/** How late its timer may come on a host that is busy. */
constexpr int RETIRE_SLACK_MILLIS = 100;
/**
 * What was dropped since the last count nobody knows where this process is killed: it counts as often as pays.
 * Each count costs some 0.2 ms, which at 1,000 packets a second would be half of what they cost.
 */
constexpr int64_t STATISTICS_MILLIS = 500;
/** Its own counters cost files to be read, each of some microseconds. */
constexpr int64_t INTERFACE_MILLIS = 1000;
/** Frames of one call, so that statistics are told in time under any load. */
constexpr int BATCH_FRAMES = 16'384;
/** How long what a device that is gone left behind may take. */
constexpr int64_t REST_MILLIS = 1000;
constexpr int MAXIMUM_SNAPLEN = 262'144;

int64_t nowMillis() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

/** The registry of link types in files; it differs from libpcap's own values only for the oldest, and where systems disagree. */
int linkTypeOf(int dlt) {
  switch (dlt) {
    case 11: return 100;  // ATM with LLC
    case DLT_RAW: return 101;
    case 15: return 102;  // SLIP of BSD/OS
    case 16: return 103;  // PPP of BSD/OS
    default: return dlt;
  }
}

/**
 * What the interface received and had no room for: libpcap tells it in promiscuous mode only. `rx_dropped` is not of it: the kernel
 * counts there what it threw away after the capture saw it. Undefined for `any` and where there is no such file.
 */
std::optional<uint64_t> droppedBy(const std::string& interface) {
  uint64_t total = 0;
  for (const char* name : {"rx_missed_errors", "rx_fifo_errors"}) {
    std::ifstream file("/sys/class/net/" + interface + "/statistics/" + name);
    uint64_t count;
    if (!(file >> count)) return std::nullopt;
    total += count;
  }
  return total;
}

/**
 * On loopback every frame comes twice, and libpcap hands on the one that comes in. Left to it, the other takes room in the ring and is
 * counted, as received and as dropped. A kernel before 4.20 does not know the option: then it is as it was.
 */
void ignoreOutgoing(pcap_t* handle) {
#ifdef PACKET_IGNORE_OUTGOING
  const int on = 1;
  setsockopt(pcap_fileno(handle), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
#else
  (void)handle;
#endif
}

std::string wordsOf(pcap_t* handle, int status) {
  const std::string detail = pcap_geterr(handle);
  const std::string meaning = pcap_statustostr(status);
  if (status == PCAP_ERROR) return detail;
  return detail.empty() || detail == meaning ? meaning : meaning + ": " + detail;
}

/** libpcap's words against the filter on links of this type; empty without any. */
std::string wordsAgainst(const std::string& filter, int dlt) {
  pcap_t* handle = pcap_open_dead(dlt, MAXIMUM_SNAPLEN);
  if (handle == nullptr) return "there is no memory";
  bpf_program program;
  const bool isTaken = pcap_compile(handle, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0;
  const std::string words = isTaken ? "" : pcap_geterr(handle);
  if (isTaken) pcap_freecode(&program);
  pcap_close(handle);
  return words;
}

}  // namespace

std::string wordsAgainst(const std::string& filter) {
  const std::string words = wordsAgainst(filter, DLT_EN10MB);
  // Which interface it will be used on is not known here.
  for (const int dlt : {DLT_LINUX_SLL, DLT_RAW})
    if (wordsAgainst(filter, dlt).empty()) return "";
  return words;
}

Capture::~Capture() {
  if (handle_ != nullptr) pcap_close(handle_);
}

Ending Capture::open(const Options& options) {
  char trouble[PCAP_ERRBUF_SIZE] = "";
  handle_ = pcap_create(options.interface.c_str(), trouble);
  if (handle_ == nullptr) return {Ending::Kind::device, trouble};
  interface_ = options.interface;
  pcap_set_snaplen(handle_, options.snapLength);
  pcap_set_promisc(handle_, options.isPromiscuous ? 1 : 0);
  pcap_set_timeout(handle_, RETIRE_MILLIS);
  pcap_set_buffer_size(handle_, options.bufferBytes);
  pcap_set_tstamp_precision(handle_, PCAP_TSTAMP_PRECISION_NANO);
  const int status = pcap_activate(handle_);
  if (status < 0) return {Ending::Kind::device, wordsOf(handle_, status)};
  if (pcap_setnonblock(handle_, 1, trouble) < 0) return {Ending::Kind::device, trouble};
  if (interface_ == "lo") ignoreOutgoing(handle_);
  droppedAtStart_ = droppedBy(interface_);
  return useFilter(options.filter);
}

Ending Capture::openFile(const std::string& path, const std::string& filter) {
  char trouble[PCAP_ERRBUF_SIZE] = "";
  handle_ = pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, trouble);
  if (handle_ == nullptr) return {Ending::Kind::device, trouble};
  interface_ = path;
  isFile_ = true;
  return useFilter(filter);
}

Ending Capture::useFilter(const std::string& filter) {
  isNanos_ = pcap_get_tstamp_precision(handle_) == PCAP_TSTAMP_PRECISION_NANO;
  if (filter.empty()) return {};
  bpf_program program;
  if (pcap_compile(handle_, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) < 0)
    return {Ending::Kind::filter, pcap_geterr(handle_)};
  const int status = pcap_setfilter(handle_, &program);
  pcap_freecode(&program);
  return status < 0 ? Ending{Ending::Kind::device, pcap_geterr(handle_)} : Ending{};
}

Ending Capture::run(int out, int stop) {
  const int flags = fcntl(out, F_GETFL);
  fcntl(out, F_SETFL, flags | O_NONBLOCK);
  Ending ending = loop(out, stop);
  fcntl(out, F_SETFL, flags);
  return ending;
}

Ending Capture::loop(int out, int stop) {
  PcapngOutput output(out, stop);
  output_ = &output;
  output.section(std::string("eastwatch native, ") + pcap_lib_version());
  output.interface(interface_, linkTypeOf(pcap_datalink(handle_)), pcap_snapshot(handle_), isNanos_);
  output.flush();
  int64_t statisticsMillis = nowMillis();
  std::optional<int64_t> endMillis;
  Ending ending;
  while (ending.kind == Ending::Kind::none) {
    const int frames = pcap_dispatch(handle_, BATCH_FRAMES, take, reinterpret_cast<u_char*>(this));
    const int64_t now = nowMillis();
    if (frames < 0) {
      ending = {Ending::Kind::device, pcap_geterr(handle_)};
      takeRest();
    }
    if (isFile_ && frames == 0) ending.kind = Ending::Kind::asked;
    // What the kernel holds back in a block that is not full comes out with its timer, and no sooner.
    if (!endMillis && output.isStopped()) endMillis = now + RETIRE_MILLIS + RETIRE_SLACK_MILLIS;
    if (endMillis && now >= *endMillis) ending.kind = Ending::Kind::asked;
    if (now >= statisticsMillis || ending.kind != Ending::Kind::none) {
      if (ending.kind != Ending::Kind::none) interfaceMillis_ = 0;
      tellStatistics();
      statisticsMillis = now + STATISTICS_MILLIS;
    }
    if (!output.flush()) ending = {Ending::Kind::unread, ""};
    if (ending.kind == Ending::Kind::none) await(endMillis ? -1 : stop, std::min(statisticsMillis, endMillis.value_or(statisticsMillis)));
  }
  output_ = nullptr;
  return ending;
}

void Capture::take(u_char* self, const pcap_pkthdr* header, const u_char* bytes) {
  auto* capture = reinterpret_cast<Capture*>(self);
  const uint64_t ticks = capture->ticksOf(header->ts.tv_sec, header->ts.tv_usec);
  capture->output_->frame(ticks, bytes, header->caplen, header->len);
}

/** A device that is gone leaves frames behind, in a block that its timer has yet to hand out. */
void Capture::takeRest() {
  if (isFile_) return;
  poll(nullptr, 0, RETIRE_MILLIS + RETIRE_SLACK_MILLIS);
  const int64_t until = nowMillis() + REST_MILLIS;
  while (pcap_dispatch(handle_, BATCH_FRAMES, take, reinterpret_cast<u_char*>(this)) > 0 && nowMillis() < until) {
  }
}

/** Waits for frames, for the end of `stop` (-1 for none), or for the time. */
void Capture::await(int stop, int64_t untilMillis) {
  if (isFile_) return;
  int64_t millis = std::max<int64_t>(0, untilMillis - nowMillis());
  // libpcap asks for it while it looks whether an interface that is down is gone as well.
  const timeval* required = pcap_get_required_select_timeout(handle_);
  if (required != nullptr) millis = std::min<int64_t>(millis, required->tv_sec * 1000 + (required->tv_usec + 999) / 1000);
  pollfd waiting[2] = {{pcap_get_selectable_fd(handle_), POLLIN, 0}, {stop, POLLIN, 0}};
  poll(waiting, 2, static_cast<int>(millis));
}

void Capture::tellStatistics() {
  pcap_stat now;
  if (isFile_ || pcap_stats(handle_, &now) < 0) return;
  // libpcap counts in 32 bits: what wraps there must not here.
  statistics_.received += static_cast<uint32_t>(now.ps_recv - last_.ps_recv);
  statistics_.droppedByKernel += static_cast<uint32_t>(now.ps_drop - last_.ps_drop);
  last_ = now;
  if (interfaceMillis_ <= nowMillis()) countInterface();
  timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  output_->statistics(ticksOf(time.tv_sec, isNanos_ ? time.tv_nsec : time.tv_nsec / 1000), statistics_);
}

void Capture::countInterface() {
  interfaceMillis_ = nowMillis() + INTERFACE_MILLIS;
  const std::optional<uint64_t> dropped = droppedBy(interface_);
  if (dropped && droppedAtStart_ && *dropped >= *droppedAtStart_)
    statistics_.droppedByInterface = *dropped - *droppedAtStart_;
}

uint64_t Capture::ticksOf(int64_t seconds, int64_t fraction) const {
  return static_cast<uint64_t>(seconds) * (isNanos_ ? 1'000'000'000u : 1'000'000u) + static_cast<uint64_t>(fraction);
}

}  // namespace eastwatch
