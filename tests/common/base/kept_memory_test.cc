#include "common/base/kept_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstddef>
#include <string>
#include <vector>

namespace prelabel {
namespace {

long PageFaults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

TEST(KeptMemory, LargeBlocksAreNotClearedAnew) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizers have an allocator of their own";
#endif
  constexpr std::size_t kBlock = 1 << 20;
  constexpr std::size_t kBlocks = 8;  // at once
  constexpr int kRounds = 20;
  const auto round = [] { return std::vector<std::string>(kBlocks, std::string(kBlock, 'x')); };
  KeepFreedMemory();
  EXPECT_EQ(round().size(), kBlocks);
  const long before = PageFaults();
  for (int i = 0; i < kRounds; ++i) EXPECT_EQ(round().back().size(), kBlock);
  // A block has 256 pages. Where freed ones are given back, all of them are new each time.
  EXPECT_LT(PageFaults() - before, 2 * 256);
}

}  // namespace
}  // namespace prelabel
