#include "worker/loop/process_memory.h"

#include <unistd.h>

#include <fstream>

namespace prelabel {

std::uint64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;  // both in pages
  if (!(file >> total >> resident)) return 0;
  const long page = sysconf(_SC_PAGESIZE);
  return page > 0 ? resident * static_cast<std::uint64_t>(page) : 0;
}

}  // namespace prelabel
