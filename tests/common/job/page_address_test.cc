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

TEST(PageAddress, AUrlIsReadBack) {
  for (const auto& [address, machine] :
       {std::pair<PageAddress, std::string>{{"127.0.0.1", 5578}, "box"},
        {{"::1", 80}, "box"},
        {{"localhost", 1}, "box"},
        {{"0.0.0.0", 5578}, "box.example"}}) {
    const auto read = ParsePageUrl(PageUrl(address, machine));
    ASSERT_TRUE(read);
    EXPECT_EQ(read.value().port, address.port);
    EXPECT_EQ(read.value().host, address.host == "0.0.0.0" ? machine : address.host);
  }
  for (const char* wrong : {"", "http://", "http://:80/", "http://a/", "https://a:80/",
                            "http://a:80/b", "http://me@a:80/", "http://[a]:80/", "http://a:b/"}) {
    EXPECT_FALSE(ParsePageUrl(wrong)) << wrong;
  }
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
