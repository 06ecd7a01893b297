// A range of addresses under which a file is shown piece by piece: nothing is copied, and what nobody looks at is not fetched.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace eastwatch {

/**
 * The process' one window. Where a file shrinks while it is shown, or its device fails, the kernel answers a look at the missing page
 * with SIGBUS, which would end the process (mmap(2)). While the window is open a page of bytes 0xff is put there instead, which is
 * the head of no record, and `isBroken` says so; a SIGBUS from anywhere else goes where it went before.
 */
class FileWindow {
 public:
  static constexpr size_t BYTES = 8 << 20;

  static FileWindow& only();
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;

  /** False where it is open already or the system refuses. */
  bool open();
  /** Shows the file from `position`, a multiple of the page size. How many bytes it has there, up to BYTES; -1 where it can't be. */
  ssize_t show(int descriptor, off_t position);
  /** Whether a look at what was shown last met a page that is not there. */
  bool isBroken() const;
  /** Lets go of the file; the addresses stay and hold zeros. */
  void close();
  uint8_t* begin() const { return begin_; }

 private:
  FileWindow() = default;

  uint8_t* begin_ = nullptr;
  bool isOpen_ = false;
};

}  // namespace eastwatch
