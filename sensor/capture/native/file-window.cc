#include "file-window.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

namespace eastwatch {

namespace {

// What the handler looks at; set before it can be called.
std::atomic<uint8_t*> watched{nullptr};
std::atomic<bool> broken{false};
size_t pageBytes = 0;
struct sigaction before;

void* cover(void* begin, size_t bytes, int flags) {
  return mmap(begin, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

void onMissingPage(int, siginfo_t* info, void*) {
  uint8_t* begin = watched.load();
  uint8_t* at = static_cast<uint8_t*>(info->si_addr);
  if (begin != nullptr && at >= begin && at < begin + FileWindow::BYTES) {
    uint8_t* page = begin + (at - begin) / pageBytes * pageBytes;
    if (cover(page, pageBytes, MAP_FIXED) == page) {
      memset(page, 0xff, pageBytes);
      broken.store(true);
      return;
    }
  }
  // The same access fails again, and is answered as if this had never been here.
  sigaction(SIGBUS, &before, nullptr);
}

}  // namespace

FileWindow& FileWindow::only() {
  static FileWindow window;
  return window;
}

bool FileWindow::open() {
  if (isOpen_) return false;
  if (begin_ == nullptr) {
    pageBytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* range = cover(nullptr, BYTES, 0);
    if (range == MAP_FAILED) return false;
    begin_ = static_cast<uint8_t*>(range);
  }
  struct sigaction action = {};
  action.sa_sigaction = onMissingPage;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  watched.store(begin_);
  isOpen_ = sigaction(SIGBUS, &action, &before) == 0;
  return isOpen_;
}

ssize_t FileWindow::show(int descriptor, off_t position) {
  struct stat status;
  if (!isOpen_ || fstat(descriptor, &status) != 0) return -1;
  broken.store(false);
  if (position >= status.st_size) return 0;
  const size_t length = static_cast<size_t>(std::min<off_t>(status.st_size - position, BYTES));
  // Private and writable: what is written through it goes to a copy, never to the file.
  void* shown = mmap(begin_, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, descriptor, position);
  return shown == begin_ ? static_cast<ssize_t>(length) : -1;
}

bool FileWindow::isBroken() const { return broken.load(); }

void FileWindow::close() {
  if (!isOpen_) return;
  cover(begin_, BYTES, MAP_FIXED);
  sigaction(SIGBUS, &before, nullptr);
  watched.store(nullptr);
  isOpen_ = false;
}

}  // namespace eastwatch
