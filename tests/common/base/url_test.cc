#include "common/base/url.h"

#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

// The scheme's grammar: RFC 3986 section 3.1.
TEST(Url, WhatIsOne) {
  EXPECT_TRUE(IsHttpUrl("http://h/a"));
  EXPECT_TRUE(IsHttpUrl("HTTPS://h"));
  for (const char* other : {"file:///etc/passwd", "ftp://h/a", "httpx://h", "/http://h", "http:/h",
                            "a/b://c", "", "://h", "1http://h"}) {
    EXPECT_FALSE(IsHttpUrl(other)) << other;
  }
  EXPECT_TRUE(HasScheme("file:///etc/passwd"));
  EXPECT_TRUE(HasScheme("s3+x://bucket/key"));
  EXPECT_FALSE(HasScheme("/data/a://b"));
  EXPECT_FALSE(HasScheme("day/1.jpg"));
}

TEST(Url, PartsThatNamesAreMadeOf) {
  const auto parts = ParseHttpUrl("https://Host.Example:8443/b/A.jpg?sig=1/2#f");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts.value().host, "host.example:8443");
  EXPECT_EQ(parts.value().path, "/b/A.jpg");
  EXPECT_EQ(ParseHttpUrl("http://h?x=/y").value().path, "");
  EXPECT_EQ(ParseHttpUrl("http://[::1]:80/x").value().host, "[::1]:80");
}

TEST(Url, RefusalsDoNotRepeatIt) {
  for (const std::string url : {"http://SECRET@h/a", "http://h/SECRET b", "http:///SECRET",
                                "ftp://h/SECRET", "http://h/SECRET\xC3\xA4", "http://h\\SECRET/"}) {
    const auto parts = ParseHttpUrl(url);
    ASSERT_FALSE(parts.has_value()) << url;
    EXPECT_EQ(parts.error().ToString().find("SECRET"), std::string::npos) << url;
  }
  EXPECT_TRUE(ParseHttpUrl("http://h/" + std::string(kLongestUrl - 9, 'a')).has_value());
  EXPECT_FALSE(ParseHttpUrl("http://h/" + std::string(kLongestUrl - 8, 'a')).has_value());
}

TEST(Url, WhatMayBeShown) {
  EXPECT_EQ(ShownLocation("https://h:1/a/b.jpg?sig=SECRET#x"), "https://h:1/a/b.jpg");
  EXPECT_EQ(ShownLocation("https://me:SECRET@h/a@b.jpg"), "https://h/a@b.jpg");
  EXPECT_EQ(ShownLocation("https://h?SECRET"), "https://h");
  EXPECT_EQ(ShownLocation("/data/what?.jpg"), "/data/what?.jpg");
}

}  // namespace
}  // namespace prelabel
