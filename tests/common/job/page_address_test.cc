#include "common/job/page_address.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

TEST(PageAddress, IsReadAndWritten) {
  EXPECT_EQ(ParsePageAddress("http://[::1]:5578").value(), (PageAddress{"::1", 5578}));
  EXPECT_EQ(ParsePageAddress("http://localhost:0/").value(), (PageAddress{"localhost", 0}));
  EXPECT_EQ(PageUrl({"::1", 5578}, "gpu-1"), "http://[::1]:5578/");
  EXPECT_EQ(PageUrl({"0.0.0.0", 80}, "gpu-1"), "http://gpu-1:80/");
  EXPECT_EQ(PageUrl({"192.0.2.1", 80}, "gpu-1"), "http://192.0.2.1:80/");
}

TEST(PageAddress, OnlyThisMachineReachesLoopback) {
  for (const char* here : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
    EXPECT_TRUE(IsLoopback(here)) << here;
  }
  // The last two are names that somebody else may own.
  for (const char* elsewhere :
       {"0.0.0.0", "::", "192.0.2.1", "128.0.0.1", "", "localhost.example", "127.0.0.1.example"}) {
    EXPECT_FALSE(IsLoopback(elsewhere)) << elsewhere;
  }
}

}  // namespace
}  // namespace prelabel
