#include "coordinator/scan/tar_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "common/media/archive_member.h"
#include "tests/coordinator/scan/tar_bytes.h"
#include "tests/coordinator/scan/temp_tree.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TarIndexTest : public testing::Test {
 protected:
  Result<ArchiveIndex> Index(const std::string& bytes) {
    path_ = tree_.Root() / "x.tar";
    std::ofstream(path_, std::ios::binary) << bytes;
    return IndexTar(path_);
  }
  std::string Read(const IndexedMember& member) {
    return ReadMember({path_, member.offset, member.size}).value();
  }
  static std::vector<std::string> Names(const ArchiveIndex& index) {
    std::vector<std::string> names;
    for (const IndexedMember& member : index.members) names.push_back(member.name);
    return names;
  }

  TempTree tree_;
  std::filesystem::path path_;
};

TEST_F(TarIndexTest, MembersAreReadWhereTheyLie) {
  const std::string large(70000, 'x');
  const auto index = Index(TarBytes("./b.jpg", "bytes of b") + TarBytes("d/", "", '5') +
                           TarBytes("d/a.PNG", large) + TarBytes("b.json", "{}") +
                           TarBytes("link.jpg", "", '2') + TarBytes("c.jpg", "c") + kTarEnd);
  ASSERT_TRUE(index.has_value()) << index.error().ToString();
  EXPECT_THAT(Names(index.value()), ElementsAre("b.jpg", "d/a.PNG", "c.jpg"));
  // By hand: a header, then the bytes: 512; 512 + 512 + 512 (folder) + 512.
  EXPECT_EQ(index.value().members[0].offset, 512U);
  EXPECT_EQ(index.value().members[1].offset, 2048U);
  EXPECT_EQ(Read(index.value().members[0]), "bytes of b");
  EXPECT_EQ(Read(index.value().members[1]), large);
  EXPECT_EQ(Read(index.value().members[2]), "c");
  EXPECT_THAT(index.value().warnings, IsEmpty());
}

TEST_F(TarIndexTest, ALongNameOfGnuTar) {
  const std::string name = std::string(150, 'n') + ".jpg";
  const auto index = Index(TarBytes("././@LongLink", name + std::string(1, '\0'), 'L') +
                           TarBytes(name.substr(0, 100), "bytes") + kTarEnd);
  ASSERT_TRUE(index.has_value());
  EXPECT_THAT(Names(index.value()), ElementsAre(name));
  EXPECT_EQ(Read(index.value().members[0]), "bytes");
}

// POSIX.1-2001 "pax": a record is "LENGTH key=value\n", and the length counts itself. Python's
// tarfile writes names so that are no ASCII; the plain header then has others in their place.
TEST_F(TarIndexTest, NamesThatAreNoAscii) {
  const std::string name = "h\u00e4user/\u00fc.jpg";  // 14 bytes of UTF-8
  const std::string record = "23 path=" + name + "\n";
  ASSERT_EQ(record.size(), 23U);
  const auto index = Index(TarBytes("PaxHeader", record, 'x') + TarBytes("h?user/?.jpg", "bytes") +
                           TarBytes("pl\u00e4tze.jpg", "more") + kTarEnd);
  ASSERT_TRUE(index.has_value());
  EXPECT_THAT(Names(index.value()), ElementsAre(name, "pl\u00e4tze.jpg"));
  EXPECT_EQ(Read(index.value().members[0]), "bytes");
  EXPECT_EQ(Read(index.value().members[1]), "more");
  EXPECT_THAT(index.value().warnings, IsEmpty());
}

TEST_F(TarIndexTest, NamesThatLeadOutAreLeftOut) {
  const auto index = Index(TarBytes("../../evil.jpg", "1") + TarBytes("/etc/evil.jpg", "2") +
                           TarBytes("a/../../evil.jpg", "3") + TarBytes(".hidden.jpg", "4") +
                           TarBytes("good.jpg", "5") + kTarEnd);
  ASSERT_TRUE(index.has_value());
  EXPECT_THAT(Names(index.value()), ElementsAre("good.jpg"));
  EXPECT_THAT(index.value().warnings, ElementsAre(HasSubstr("3 left out: their names lead out")));
}

TEST_F(TarIndexTest, TheLastOfANameHolds) {
  const auto index =
      Index(TarBytes("a.jpg", "old") + TarBytes("b.jpg", "b") + TarBytes("a.jpg", "new") + kTarEnd);
  ASSERT_TRUE(index.has_value());
  EXPECT_THAT(Names(index.value()), ElementsAre("b.jpg", "a.jpg"));
  EXPECT_EQ(Read(index.value().members[1]), "new");
  EXPECT_THAT(index.value().warnings, ElementsAre(HasSubstr("1 left out: another of the same")));
}

TEST_F(TarIndexTest, WhatIsNoTarSaysSo) {
  for (const std::string& bytes :
       {std::string("no archive at all"), std::string("\x1F\x8B\x08", 3), std::string(600, 'x')}) {
    const auto index = Index(bytes);
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::kDataLoss);
    EXPECT_THAT(index.error().message, HasSubstr("tar archive"));
  }
}

TEST_F(TarIndexTest, WhatLiesBeforeADamageIsKept) {
  const std::string whole = TarBytes("a.jpg", "a") + TarBytes("b.jpg", "b");
  const auto index = Index(whole + std::string(512, 'x') + kTarEnd);
  ASSERT_TRUE(index.has_value());
  EXPECT_THAT(Names(index.value()), ElementsAre("a.jpg", "b.jpg"));
  EXPECT_THAT(index.value().warnings, ElementsAre(HasSubstr("damaged behind member 2")));
}

TEST(ArchiveMemberLocation, ComesBackAndNothingElseIsOne) {
  const ArchiveMember member{"/data/a:1.tar", 1536, 70000};
  EXPECT_EQ(MemberLocation(member), "member:1536:70000:/data/a:1.tar");
  EXPECT_EQ(ParseMemberLocation(MemberLocation(member)), member);
  for (const char* other :
       {"/data/member:1:2:/x", "member:", "member:1:2:x.tar", "member:-1:2:/x", "member:1:/x",
        "member:1:1073741825:/x", "member:99999999999999999999:1:/x", "member:1:2", "http://h/x"}) {
    EXPECT_EQ(ParseMemberLocation(other), std::nullopt) << other;
  }
}

TEST_F(TarIndexTest, AnArchiveThatChangedIsDamage) {
  const auto index = Index(TarBytes("a.jpg", std::string(5000, 'x')) + kTarEnd);
  ASSERT_TRUE(index.has_value());
  std::filesystem::resize_file(path_, 3000);
  const auto bytes = ReadMember({path_, index.value().members[0].offset, 5000});
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(ReadMember({tree_.Root() / "gone.tar", 0, 1}).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace prelabel
