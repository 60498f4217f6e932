#include "common/wire/allow_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/wire/key_files.h"
#include "tests/common/wire/temporary_keys.h"
#include "tests/support/fake_clock.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AllowListTest : public testing::Test {
 protected:
  AllowListTest() {
    for (const char* name : {"one", "two"}) EXPECT_TRUE(GenerateKeys(keys_.path(), name));
    one_ = LoadWorkerKeys(keys_ / "one").value().own.public_key;
    two_ = LoadWorkerKeys(keys_ / "two").value().own.public_key;
  }

  std::unique_ptr<AllowList> Open() {
    auto list = AllowList::Open({AllowListFolder(keys_.path()),
                                 {{fixed_, "local"}},
                                 [this](const std::string& text) { problems_.push_back(text); }},
                                clock_);
    EXPECT_TRUE(list.has_value());
    return std::move(list).value();
  }

  TemporaryKeys keys_;
  FakeClock clock_;
  std::string one_;
  std::string two_;
  const std::string fixed_ = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";  // zmq_curve(7)
  std::vector<std::string> problems_;
};

TEST_F(AllowListTest, NamesUsersAfterTheirFiles) {
  const auto list = Open();
  EXPECT_EQ(list->UserOf(one_), "one/" + one_);
  EXPECT_EQ(list->UserOf(two_), "two/" + two_);
  EXPECT_EQ(list->UserOf(fixed_), "local/" + fixed_);
  EXPECT_EQ(list->UserOf(MakeCurveKeyPair().value().public_key), std::nullopt);
  EXPECT_TRUE(list->Allows("one/" + one_));
  EXPECT_FALSE(list->Allows("one/" + two_));
  EXPECT_FALSE(list->Allows(""));
}

TEST_F(AllowListTest, ARemovedFileRevokesWithinASecond) {
  const auto list = Open();
  fs::remove(keys_ / "workers/one.pub");
  clock_.Advance(seconds(1));
  EXPECT_FALSE(list->Allows("one/" + one_));
  EXPECT_EQ(list->UserOf(one_), std::nullopt);
  EXPECT_TRUE(list->Allows("two/" + two_));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(AllowListTest, AnAddedFileLetsIn) {
  const auto list = Open();
  ASSERT_TRUE(GenerateKeys(keys_.path(), "three").has_value());
  const std::string three = LoadWorkerKeys(keys_ / "three").value().own.public_key;
  EXPECT_EQ(list->UserOf(three), std::nullopt);  // not yet read again
  clock_.Advance(seconds(1));
  EXPECT_EQ(list->UserOf(three), "three/" + three);
}

TEST_F(AllowListTest, AnotherKeyUnderTheSameNameIsAnotherUser) {
  const auto list = Open();
  fs::rename(keys_ / "workers/two.pub", keys_ / "workers/one.pub");
  clock_.Advance(seconds(1));
  EXPECT_FALSE(list->Allows("one/" + one_));
  EXPECT_EQ(list->UserOf(two_), "one/" + two_);
}

TEST_F(AllowListTest, OtherFilesAreNoKeys) {
  const std::string text = FormatKeyText("x", {fixed_, {}});
  for (const char* name : {"workers/x.pub~", "workers/.x.pub", "workers/x.txt"}) {
    WriteText(keys_ / name, text);
  }
  EXPECT_EQ(Open()->size(), 3);
}

TEST_F(AllowListTest, WhatGoesWrongLaterIsToldOnceAndLetsNobodyIn) {
  const auto list = Open();
  fs::permissions(keys_ / "workers/one.pub", fs::perms(0666));
  clock_.Advance(seconds(1));
  EXPECT_FALSE(list->Allows("one/" + one_));
  EXPECT_TRUE(list->Allows("two/" + two_));
  clock_.Advance(seconds(1));
  EXPECT_FALSE(list->Allows("one/" + one_));
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("others may write")));

  fs::permissions(keys_ / "workers", fs::perms(0777));
  clock_.Advance(seconds(1));
  EXPECT_FALSE(list->Allows("two/" + two_));
  fs::remove_all(keys_ / "workers");
  clock_.Advance(seconds(1));
  EXPECT_FALSE(list->Allows("two/" + two_));
  EXPECT_TRUE(list->Allows("local/" + fixed_));
  EXPECT_EQ(problems_.size(), 3U);
}

TEST_F(AllowListTest, DoesNotStartWithAFolderThatCannotBeTrusted) {
  WriteText(keys_ / "workers/bad.pub", "nothing\n");
  const auto list = AllowList::Open({AllowListFolder(keys_.path()), {}, {}}, clock_);
  ASSERT_TRUE(list.has_error());
  EXPECT_EQ(list.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(list.error().ToString(), HasSubstr("bad.pub"));
  EXPECT_TRUE(AllowList::Open({keys_ / "none", {}, {}}, clock_).has_error());
}

}  // namespace
}  // namespace prelabel
