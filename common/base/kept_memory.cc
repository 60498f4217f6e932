#include "common/base/kept_memory.h"

#include <malloc.h>

namespace prelabel {

void KeepFreedMemory() {
  constexpr int kMib = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, 32 * kMib);
  mallopt(M_TRIM_THRESHOLD, 64 * kMib);
}

}  // namespace prelabel
