#include "worker/loop/process_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace prelabel {
namespace {

TEST(ProcessMemory, GrowsByWhatIsWrittenTo) {
  const std::uint64_t before = ResidentBytes();
  ASSERT_GT(before, 1U << 20);
  const std::vector<char> bytes(std::size_t{64} << 20, 1);
  EXPECT_GE(ResidentBytes(), before + (std::uint64_t{56} << 20));
  EXPECT_EQ(bytes.back(), 1);
}

}  // namespace
}  // namespace prelabel
