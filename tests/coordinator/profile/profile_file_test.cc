#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "coordinator/profile/profile.h"

namespace prelabel {
namespace {

using testing::HasSubstr;

Profile Example() {
  DomainStats stats(3);
  for (int i = 0; i < 5; ++i) {
    ItemResult item;
    item.item = static_cast<std::uint64_t>(i);
    item.width = 640;
    item.height = 480 + i;
    item.stats = {0.1F, 0.2F, 3.7F, 4, 0.5F, 0.6F, 0.7F, 0.8F};
    item.embedding = {FloatToHalf(0.1F), FloatToHalf(-3)};
    item.predictions = {{1, 0.77F, {1, 2, 30, 40}}, {2, 0.13F, {1, 2, 3, 4}}};
    item.box_embeddings = {FloatToHalf(1), FloatToHalf(0.3F), FloatToHalf(2), FloatToHalf(5)};
    const std::string name = "picture " + std::to_string(i);
    const std::vector<Truth> truth{Truth::kRight, Truth::kWrong};
    stats.Add({item, SourceId(0), name, name, {}, truth});
  }
  stats.AddObjects(1, 6);
  Profile profile{"",    "job \"x\"", "2026-01-01T00:00:00.000Z", "model",       "abc",
                  0.05F, 0.6F,        {"cat", "dog", "naïve"},    stats.Finish()};
  for (SampledImage& image : profile.totals.sample) image.item = 0;
  return profile;
}

TEST(ProfileFile, RoundTrip) {
  Profile profile = Example();
  const std::string text = FormatProfile(profile);
  const Result<Profile> read = ParseProfile(text);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read.value().id.size(), 32u);
  profile.id = read.value().id;
  EXPECT_EQ(read.value(), profile);
  EXPECT_EQ(FormatProfile(read.value()), text);
}

std::string Message(const std::string& text) {
  const Result<Profile> read = ParseProfile(text);
  return read ? std::string("no error") : read.error().ToString();
}

// With the hash that a changed text would need.
std::string Changed(const std::string& from, const std::string& to) {
  std::string text = FormatProfile(Example());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return text;
}

TEST(ProfileFile, WhatIsNoProfileIsRefused) {
  EXPECT_THAT(Message(""), HasSubstr("not JSON"));
  EXPECT_THAT(Message("[]"), HasSubstr("not JSON"));
  EXPECT_THAT(Message(std::string(1000, '[')), HasSubstr("not JSON"));
  EXPECT_THAT(Message("{\"images\": []}"), HasSubstr("\"format\" is not"));
  EXPECT_THAT(Message(Changed("\"version\": 1", "\"version\": 2")), HasSubstr("version 2"));
  EXPECT_THAT(Message(Changed("\"images\": 5", "\"images\": 6")), HasSubstr("damaged"));
  std::string text = FormatProfile(Example());
  text.resize(text.size() / 2);
  EXPECT_THAT(Message(text), HasSubstr("not JSON"));
}

}  // namespace
}  // namespace prelabel
