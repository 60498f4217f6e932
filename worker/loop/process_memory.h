// How much memory this process has. Thread-safe.
#pragma once

#include <cstdint>

namespace prelabel {

// Bytes of it that are in physical memory, shared ones included (proc(5), statm); 0: not known.
std::uint64_t ResidentBytes();

}  // namespace prelabel
