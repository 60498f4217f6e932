// One coordinator a run: an flock on a file beside the database. The kernel releases it when the
// process dies, however it dies; readers of the database are not hindered.
#pragma once

#include <filesystem>

#include "common/base/result.h"

namespace prelabel {

// Movable; releases the lock in its destructor. The file stays.
class RunLock {
 public:
  // Unavailable: another process holds it (the message names its process id).
  // InvalidArgument: the file cannot be made.
  static Result<RunLock> Acquire(const std::filesystem::path& path);

  // Whether a process holds it now. Makes no file.
  static bool IsHeld(const std::filesystem::path& path);

  RunLock() = default;
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

 private:
  explicit RunLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace prelabel
