#include "common/base/nearest_name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prelabel {
namespace {

// Textbook values: kitten/sitting 3 and saturday/sunday 3 (Levenshtein); CA/ABC is 3 in the
// restricted form and 2 in the unrestricted one (Boytsov 2011).
TEST(EditDistance, TextbookValues) {
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("saturday", "sunday"), 3U);
  EXPECT_EQ(EditDistance("CA", "ABC"), 3U);
  EXPECT_EQ(EditDistance("wrokers", "workers"), 1U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", ""), 3U);
  EXPECT_EQ(EditDistance("same", "same"), 0U);
}

TEST(NearestName, PicksTheClosestWithinTheBound) {
  const std::vector<std::string> keys = {"workers", "listen", "launcher", "heartbeat"};
  EXPECT_EQ(NearestName("wrokers", keys), "workers");
  EXPECT_EQ(NearestName("worker", keys), "workers");
  EXPECT_EQ(NearestName("lisent", keys), "listen");
  EXPECT_EQ(NearestName("hartbeet", keys), "heartbeat");  // one insertion, one substitution
  EXPECT_EQ(NearestName("colour", keys), std::nullopt);
  EXPECT_EQ(NearestName("workers", std::vector<std::string>{}), std::nullopt);
}

TEST(NearestName, FirstOfEquallyCloseOnes) {
  EXPECT_EQ(NearestName("cat", std::vector<std::string>{"bat", "car", "cap"}), "bat");
}

TEST(NearestName, NothingInCommonIsNoSuggestion) {
  EXPECT_EQ(NearestName("x", std::vector<std::string>{"to", "y"}), std::nullopt);
}

TEST(NearestName, LongNamesMayDifferInAThird) {
  EXPECT_EQ(NearestName("traffic_lihgts!", std::vector<std::string>{"traffic light"}),
            "traffic light");  // one underscore, one swap, one "s", one "!": 4 of 15
}

}  // namespace
}  // namespace prelabel
