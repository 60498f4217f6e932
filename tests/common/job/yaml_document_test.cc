#include "common/job/yaml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

std::string MistakesOf(const std::string& text) {
  Mistakes mistakes("f");
  ParseYaml(text, 0, mistakes);
  return mistakes.ToString();
}

// Lines and columns counted by hand.
TEST(YamlDocument, RemembersPositions) {
  Mistakes mistakes("f");
  auto root = ParseYaml("# comment\na: 1\nb:\n  - x\n  - {c: y}\nd:\n", 0, mistakes);
  ASSERT_TRUE(root.has_value());
  EXPECT_TRUE(mistakes.empty());
  ASSERT_EQ(root->keys.size(), 3U);
  EXPECT_EQ(root->at.line, 2);
  EXPECT_EQ(root->Find("a")->at.column, 4);
  const YamlNode& map = root->Find("b")->items.at(1);
  EXPECT_EQ(map.items.at(0).text, "y");
  EXPECT_EQ(map.items.at(0).at.line, 5);
  EXPECT_EQ(map.items.at(0).at.column, 9);
  EXPECT_EQ(root->Find("d")->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(root->Find("d")->at.line, 6);  // of its key: the value itself is nowhere
  EXPECT_EQ(root->Find("e"), nullptr);
}

TEST(YamlDocument, DuplicateKeysAreReportedAndTheFirstKept) {
  Mistakes mistakes("f");
  auto root = ParseYaml("a: 1\nb: 2\na: 3\n", 0, mistakes);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(mistakes.ToString(), "f:3:1: key 'a' appears twice (first on line 1); remove one");
  EXPECT_EQ(root->Find("a")->text, "1");
}

TEST(YamlDocument, AliasesAreCopies) {
  Mistakes mistakes("f");
  auto root = ParseYaml("a: &v {to: x}\nb: *v\n", 0, mistakes);
  ASSERT_TRUE(root.has_value()) << mistakes.ToString();
  EXPECT_EQ(root->Find("b")->Find("to")->text, "x");
}

TEST(YamlDocument, AnAliasBombIsRefused) {
  // "Billion laughs": nine of the line before, nine deep: 9^9 values if it were expanded.
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 9; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_THAT(MistakesOf(bomb), testing::HasSubstr("more than 200000 YAML values"));
  std::string many = "a: &a x\nb: [";
  for (int i = 0; i < 101; ++i) many += "*a, ";
  EXPECT_THAT(MistakesOf(many + "]\n"), testing::HasSubstr("more than 100 YAML aliases"));
  EXPECT_THAT(MistakesOf("a: &a [*a]\n"), testing::HasSubstr("alias"));
}

TEST(YamlDocument, AnchorsAroundOneAnotherAreRefused) {
  // Each anchor keeps a copy of all that is inside it: 20 of 100,000 values.
  std::string text;
  for (int i = 0; i < 20; ++i) text += "&a" + std::to_string(i) + " [";
  for (int i = 0; i < 100000; ++i) text += "x, ";
  text += std::string(20, ']');
  EXPECT_THAT(MistakesOf(text), testing::HasSubstr("more than 200000 YAML values"));
}

TEST(YamlDocument, LimitsOnDepthAndSize) {
  EXPECT_EQ(MistakesOf(std::string(100, '[') + std::string(100, ']')),
            "f:1:33: nested more than 32 levels deep");
  EXPECT_NE(MistakesOf(std::string(200000, '[')), "");
  EXPECT_EQ(MistakesOf(std::string(kMaxYamlBytes, ' ')), "");
  EXPECT_EQ(MistakesOf(std::string(kMaxYamlBytes + 1, ' ')),
            "f:1:1: longer than 1 MiB; put long lists of images in a folder or a glob");
}

TEST(YamlDocument, WhatIsNoJobFile) {
  EXPECT_EQ(MistakesOf(std::string("a: \0", 4)),
            "f:1:1: not a text file (it has a zero byte); save it as UTF-8");
  EXPECT_EQ(MistakesOf("a: 1\n---\nb: 1\n"),
            "f:2:1: a second YAML document begins here; keep only one");
  EXPECT_EQ(MistakesOf("a: !!int 1\n"),
            "f:1:4: YAML tag 'tag:yaml.org,2002:int' is not supported; remove it");
  EXPECT_EQ(MistakesOf("[a]: 1\n"), "f:1:1: a key must be text; put it in quotes");
}

TEST(Mistakes, SortedByOriginAndPositionAndCut) {
  Mistakes mistakes("f");
  const int flag = mistakes.AddOrigin("--set a");
  mistakes.Add({flag, 1, 1}, "third");
  mistakes.Add({0, 2, 1}, "second");
  mistakes.Add({0, 1, 9}, "first");
  EXPECT_EQ(mistakes.ToString(), "f:1:9: first\nf:2:1: second\n--set a: third");
  for (int i = 0; i < 100; ++i) mistakes.Add({0, 3, 1}, "more");
  EXPECT_THAT(mistakes.ToString(), testing::EndsWith("\n… and 3 more"));
}

TEST(Quoted, ShortensAndEscapes) {
  EXPECT_EQ(Quoted("a\n\x7f"), "'a\\x0a\\x7f'");
  EXPECT_EQ(Quoted(std::string(60, 'a')), "'" + std::string(60, 'a') + "'");
  EXPECT_EQ(Quoted(std::string(61, 'a')), "'" + std::string(60, 'a') + "…'");
  EXPECT_EQ(Quoted(std::string(59, 'a') + "éb"), "'" + std::string(59, 'a') + "é…'");
}

}  // namespace
}  // namespace prelabel
