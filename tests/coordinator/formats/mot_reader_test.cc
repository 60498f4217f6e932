// Expected entries: by hand, after motchallenge.net; seqinfo.ini as Python's configparser reads it.
#include "coordinator/formats/mot_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

struct Collected : MotVisitor {
  Result<void> OnEntry(const MotEntry& entry) override {
    entries.push_back(entry);
    return Ok();
  }
  Result<void> OnProblem(const LabelProblem& problem) override {
    problems.push_back(problem.place + ": " + problem.message);
    return Ok();
  }
  std::vector<MotEntry> entries;
  std::vector<std::string> problems;
};

Collected Read(const std::string& text) {
  std::istringstream in(text);
  Collected seen;
  const Result<void> read = ReadMot(in, seen);
  EXPECT_TRUE(read.has_value()) << read.error().ToString();
  return seen;
}

std::string SeqInfoErrorOf(const std::string& text) {
  std::istringstream in(text);
  const auto read = ReadSeqInfo(in);
  return read.has_value() ? "no error" : read.error().ToString();
}

TEST(MotReader, ReadsGroundTruthAndDetections) {
  const Collected seen = Read(
      "1,9,499.196,157.688,31.03,75.17,1,2,0.5\n"
      "\r\n"
      " 2 , 9, -3.5,1e1,31.03,75.17,0 \r\n"
      "3,-1,794.2,47.5,71.2,174.8,67.5,-1,-1,-1");
  ASSERT_EQ(seen.entries.size(), 3U);
  EXPECT_TRUE(seen.problems.empty());
  const MotEntry& first = seen.entries[0];
  EXPECT_EQ(first.line, 1U);
  EXPECT_EQ(first.frame, 1);
  EXPECT_EQ(first.id, 9);
  EXPECT_EQ(first.left, 499.196);
  EXPECT_EQ(first.top, 157.688);
  EXPECT_EQ(first.width, 31.03);
  EXPECT_EQ(first.height, 75.17);
  EXPECT_EQ(first.confidence, 1);
  EXPECT_EQ(first.class_id, 2);
  EXPECT_EQ(first.visibility, 0.5);
  EXPECT_EQ(seen.entries[1].line, 3U);
  EXPECT_EQ(seen.entries[1].left, -3.5);
  EXPECT_EQ(seen.entries[1].top, 10);
  EXPECT_FALSE(seen.entries[1].class_id.has_value());
  EXPECT_EQ(seen.entries[2].id, -1);
  EXPECT_EQ(seen.entries[2].confidence, 67.5);
  EXPECT_FALSE(seen.entries[2].class_id.has_value());  // world coordinates, not a class
}

TEST(MotReader, ProblemsHaveTheirLine) {
  const Collected seen = Read(
      "1,1,0,0,5\n"
      "1.0,1,0,0,5,5,1,1,1\n"
      "1,1,0,0,nan,5,1,1,1\n"
      "1,1,0,0,5,1e999,1,1,1\n"
      "1,1,0,0,5,5,1,person,1\n"
      "1 1 0 0 5 5 1 1 1\n"
      "1,1,0,0,5,5,1,1,1,1,1\n"
      "99999999999999999999,1,0,0,5,5,1,1,1\n"
      "1,,0,0,5,5,1,1,1\n"
      "1,-1,0,0,5,5,1,x,1,1\n"
      "7,1,0,0,5,5,1,1,1\n");
  const std::string columns = "; write frame,id,left,top,width,height,confidence,class,visibility";
  EXPECT_THAT(
      seen.problems,
      ElementsAre("line 1: has 5 columns" + columns,
                  "line 2: frame (column 1) must be an integer, not \"1.0\"",
                  "line 3: width (column 5) must be a finite number, not \"nan\"",
                  "line 4: height (column 6) must be a finite number, not \"1e999\"",
                  "line 5: class (column 8) must be an integer, not \"person\"",
                  "line 6: has 1 column" + columns, "line 7: has more than 10 columns" + columns,
                  "line 8: frame (column 1) must be an integer, not "
                  "\"99999999999999999999\"",
                  "line 9: id (column 2) must be an integer, not \"\"",
                  "line 10: a world coordinate (column 8) must be a finite number, not "
                  "\"x\""));
  ASSERT_EQ(seen.entries.size(), 1U);
  EXPECT_EQ(seen.entries[0].frame, 7);
}

TEST(MotReader, ALineIsBounded) {
  std::istringstream in("1,1,0,0,5,5,1,1,1\n" + std::string(5000, '1'));
  Collected seen;
  const Result<void> read = ReadMot(in, seen);
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(read.error().context, "line 2");
  EXPECT_THAT(read.error().message, HasSubstr("more than 4096 bytes"));
}

TEST(SeqInfo, ReadsTheSequence) {
  std::istringstream in(
      "# made by hand\n[Sequence]\nname=MOT17-02\nframeRate = 30\r\nseqLength: 600\n\n"
      "[Other]\nframeRate=5\n");
  const auto values = ReadSeqInfo(in);
  ASSERT_TRUE(values.has_value());
  EXPECT_THAT(values.value(), ElementsAre(Pair("framerate", "30"), Pair("name", "MOT17-02"),
                                          Pair("seqlength", "600")));
}

TEST(SeqInfo, WhatAReaderWouldStopAtIsAnError) {
  EXPECT_THAT(SeqInfoErrorOf(""), HasSubstr("no section [Sequence]"));
  EXPECT_THAT(SeqInfoErrorOf("[Other]\na=1\n"), HasSubstr("no section [Sequence]"));
  EXPECT_THAT(SeqInfoErrorOf("name=x\n[Sequence]\n"), HasSubstr("line 1: stands before"));
  EXPECT_THAT(SeqInfoErrorOf("[Sequence]\nname\n"), HasSubstr("line 2: is no \"key=value\""));
  EXPECT_THAT(SeqInfoErrorOf("[Sequence]\nimWidth=1\nIMWIDTH=2\n"), HasSubstr("line 3: has the"));
  std::string endless = "[Sequence]\n";
  for (int i = 0; i < 2000; ++i) endless += "#\n";
  EXPECT_THAT(SeqInfoErrorOf(endless), HasSubstr("more than 1024 lines"));
}

}  // namespace
}  // namespace prelabel
