// The notation is HyperQueue's (docs/cli/shortcuts.md there: "1,3,5-8", "all", "last"), with
// Slurm's host names beside it.
#include "coordinator/status/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Selector Ids(const std::string& text) {
  auto selector = ParseSelector({text}, SelectorNames::kNone);
  EXPECT_TRUE(selector.has_value()) << text;
  return selector ? selector.value() : Selector();
}

std::string WhyNot(const std::vector<std::string>& words, SelectorNames names) {
  const auto selector = ParseSelector(words, names);
  if (selector) return "it is one";
  EXPECT_EQ(selector.error().code, ErrorCode::kInvalidArgument);
  return selector.error().ToString();
}

TEST(Selector, TakesNumbersAndRangesWithBothEnds) {
  const Selector selector = Ids("1,3,5-8");
  for (const std::uint64_t id : {1, 3, 5, 6, 7, 8}) EXPECT_TRUE(selector.Holds(id, "", 9)) << id;
  for (const std::uint64_t id : {0, 2, 4, 9, 58}) EXPECT_FALSE(selector.Holds(id, "", 9)) << id;
}

TEST(Selector, SeveralWordsAreOne) {
  EXPECT_EQ(ParseSelector({"1", "3,5-8"}, SelectorNames::kHosts).value(), Ids("1,3,5-8"));
}

TEST(Selector, RangesThatOverlapOrTouchAreOne) {
  EXPECT_THAT(Ids("5-8,1-2,3,7-9").ranges, ElementsAre(IdRange{1, 3}, IdRange{5, 9}));
  EXPECT_THAT(Ids("18446744073709551615,0-18446744073709551615,4").ranges,
              ElementsAre(IdRange{0, 18446744073709551615U}));
}

TEST(Selector, LastIsTheHighest) {
  EXPECT_TRUE(Ids("last").Holds(31, "", 31));
  EXPECT_FALSE(Ids("last").Holds(30, "", 31));
  EXPECT_TRUE(Ids("2,last").Holds(2, "", 31));
}

TEST(Selector, AllIsEverything) {
  EXPECT_TRUE(Ids("all").Holds(0, "", 31));
  EXPECT_THAT(Ids("all,3").Within({2, 9}, 31), ElementsAre(IdRange{2, 9}));
}

TEST(Selector, CutsARange) {
  EXPECT_THAT(Ids("1-3,5,8-20").Within({3, 10}, 31),
              ElementsAre(IdRange{3, 3}, IdRange{5, 5}, IdRange{8, 10}));
  EXPECT_THAT(Ids("9,last").Within({5, 10}, 10), ElementsAre(IdRange{9, 10}));
  EXPECT_THAT(Ids("7").Within({8, 10}, 10), IsEmpty());
}

TEST(Selector, HostsAreMeantByTheirNames) {
  const auto selector = ParseSelector({"gpu-1,3", "10.0.0.7"}, SelectorNames::kHosts);
  ASSERT_TRUE(selector.has_value());
  EXPECT_TRUE(selector.value().Holds(9, "gpu-1", 9));
  EXPECT_TRUE(selector.value().Holds(3, "gpu-2", 9));
  EXPECT_TRUE(selector.value().Holds(4, "10.0.0.7", 9));
  EXPECT_FALSE(selector.value().Holds(1, "gpu-2", 9));
  EXPECT_FALSE(selector.value().Holds(1, "gpu-10", 9));
  EXPECT_FALSE(selector.value().Holds(1, "", 9));
}

TEST(Selector, SaysWhatIsWrong) {
  for (const SelectorNames names : {SelectorNames::kNone, SelectorNames::kHosts}) {
    EXPECT_THAT(WhyNot({}, names), HasSubstr("a selector is empty"));
    for (const char* text : {"", ",", "1,", ",1", "1,,2"}) {
      EXPECT_THAT(WhyNot({text}, names), HasSubstr("a selector is empty")) << text;
    }
    EXPECT_THAT(WhyNot({"8-5"}, names), HasSubstr("8-5: the range runs backwards; write 5-8"));
    for (const char* text : {"5-", "1-2-3", "5--8", "18446744073709551616"}) {
      EXPECT_THAT(WhyNot({text}, names), HasSubstr("not a number or a range")) << text;
    }
  }
  for (const char* text : {"gpu-1", "-3", "ALL", "1 ", "+1", "1..3"}) {
    EXPECT_THAT(WhyNot({text}, SelectorNames::kNone), HasSubstr("not a number or a range")) << text;
  }
}

}  // namespace
}  // namespace prelabel
