// Archives by hand (zip_bytes.h); tests/integration/archive_test.py has those of Python's zipfile.
#include "coordinator/scan/zip_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "common/media/archive_member.h"
#include "tests/coordinator/scan/temp_tree.h"
#include "tests/coordinator/scan/zip_bytes.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class ZipIndexTest : public testing::Test {
 protected:
  Result<ArchiveIndex> Index(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return IndexZip(path_);
  }
  std::string Message(const std::string& bytes) {
    const Result<ArchiveIndex> index = Index(bytes);
    if (index) return "no error";
    EXPECT_EQ(index.error().code, ErrorCode::kDataLoss);
    return index.error().ToString();
  }
  // By name: its bytes, or the error.
  std::vector<std::pair<std::string, std::string>> Contents(const ArchiveIndex& index) {
    std::vector<std::pair<std::string, std::string>> contents;
    for (const IndexedMember& member : index.members) {
      const std::string location =
          MemberLocation({path_, member.offset, member.size, member.packed});
      const Result<std::string> bytes = ReadMember(ParseMemberLocation(location).value());
      contents.emplace_back(member.name, bytes ? bytes.value() : bytes.error().message);
    }
    return contents;
  }

  TempTree tree_;
  std::filesystem::path path_ = tree_.Root() / "a.zip";
};

TEST_F(ZipIndexTest, StoredAndDeflatedMembersAreReadWhereTheyLie) {
  for (const bool zip64 : {false, true}) {
    std::vector<ZipMember> members = {
        Stored("b.jpg", "bytes of b"),
        {"sub/é.PNG", Deflated("bytes of a"), 10, 8},
        Stored("sub/", ""),
        Stored("notes.json", "{}"),
        Stored(".hidden.jpg", "x"),
        {"link.jpg", "b.jpg", 5, 0, 0, 0120777},
        {"unix.jpg", "u", 1, 0, 0, 0100644},
    };
    for (ZipMember& member : members) member.zip64 = zip64;
    const Result<ArchiveIndex> index = Index(ZipBytes(members, zip64));
    ASSERT_TRUE(index) << index.error().ToString();
    EXPECT_THAT(Contents(index.value()),
                ElementsAre(Pair("b.jpg", "bytes of b"), Pair("sub/é.PNG", "bytes of a"),
                            Pair("unix.jpg", "u")));
    EXPECT_THAT(index.value().skipped, ElementsAre(Pair(".json", 1)));
    EXPECT_THAT(index.value().warnings, IsEmpty());
  }
}

TEST_F(ZipIndexTest, WhatCannotBeReadIsCounted) {
  const Result<ArchiveIndex> index = Index(ZipBytes({
      {"secret.jpg", "xyz", 3, 0, 1},
      {"secret2.jpg", "xyz", 3, 8, 9},
      {"lzma.jpg", "xyz", 3, 14},
      Stored("../out.jpg", "x"),
      Stored("/abs.jpg", "x"),
      {"lies.jpg", "xyz", 4},
      {"nothing.jpg", "", 4, 8},
      {"large.jpg", "xyz", std::uint64_t{3} << 30, 8},
      Stored("twice.jpg", "1"),
      Stored("twice.jpg", "2"),
  }));
  ASSERT_TRUE(index) << index.error().ToString();
  EXPECT_THAT(Contents(index.value()), ElementsAre(Pair("twice.jpg", "2")));
  const std::string path = path_.string();
  EXPECT_THAT(
      index.value().warnings,
      ElementsAre(path + ": 2 left out: their names lead out of a folder or are no UTF-8",
                  path + ": 1 left out: they are larger than 1 GiB",
                  path + ": 2 left out: the archive is damaged there",
                  path + ": 2 left out: they are encrypted; unpack them with their password",
                  path + ": 1 left out: they are packed by another method than deflate",
                  path + ": 1 left out: another of the same name follows"));
}

TEST_F(ZipIndexTest, DamagedMembersAreTheirOwnTrouble) {
  const Result<ArchiveIndex> index = Index(ZipBytes({
      {"bad.jpg", "\xFF\xFF\xFF", 3, 8},
      {"bomb.jpg", Deflated("x"), std::uint64_t{1} << 30, 8},
      {"longer.jpg", Deflated("four"), 3, 8},
      {"shorter.jpg", Deflated("four"), 5, 8},
      {"good.jpg", Deflated("good"), 4, 8},
  }));
  ASSERT_TRUE(index) << index.error().ToString();
  const std::string damaged = "the archive is damaged here: it cannot be unpacked";
  EXPECT_THAT(Contents(index.value()),
              ElementsAre(Pair("bad.jpg", damaged),
                          Pair("bomb.jpg", "the archive says a size that cannot be"),
                          Pair("longer.jpg", damaged), Pair("shorter.jpg", damaged),
                          Pair("good.jpg", "good")));
}

TEST_F(ZipIndexTest, WhatIsNoZipSaysWhy) {
  const std::string whole = ZipBytes({Stored("a.jpg", "bytes")});
  EXPECT_THAT(Message(""), HasSubstr("a.zip: is no zip archive, or damaged: it is too short"));
  EXPECT_THAT(Message(std::string(100, 'x')), HasSubstr("was it cut off?"));
  for (std::size_t size = 22; size < whole.size(); ++size) {
    EXPECT_THAT(Message(whole.substr(0, size)), HasSubstr("was it cut off?"));
  }
  // A comment behind the record is none of its business.
  std::string commented = whole + "PK\x05\x06 ha";
  commented[whole.size() - 2] = 7;
  EXPECT_EQ(Index(commented).value().members.size(), 1U);
}

TEST_F(ZipIndexTest, HostileDirectoriesCostNothing) {
  const std::string whole = ZipBytes({Stored("a.jpg", "bytes")});
  const auto changed = [&](std::size_t from_end, const std::string& bytes) {
    std::string text = whole;
    return text.replace(text.size() - from_end, bytes.size(), bytes);
  };
  EXPECT_THAT(Message(changed(10, Little(0xFFFFFFFE, 4))), HasSubstr("where there is none"));
  EXPECT_THAT(Message(changed(6, Little(0xFFFFFFFE, 4))), HasSubstr("where there is none"));
  EXPECT_THAT(Message(changed(12, Little(2, 2))), HasSubstr("breaks off at member 2"));
  EXPECT_THAT(Message(changed(18, Little(1, 2))), HasSubstr("join them"));
  const std::string zip64 = ZipBytes({Stored("a.jpg", "bytes")}, true);
  const auto changed64 = [&](std::size_t from_end, std::uint64_t value) {
    std::string text = zip64;
    return text.replace(text.size() - from_end, 8, Little(value, 8));
  };
  // From the end: 22 of the record, 20 of the locator, 56 of zip64's.
  EXPECT_THAT(Message(changed64(34, ~std::uint64_t{0})), HasSubstr("behind its end"));
  EXPECT_THAT(Message(changed64(34, 0)), HasSubstr("zip64 record is missing"));
  EXPECT_THAT(Message(changed64(66, ~std::uint64_t{0})), HasSubstr("more than 20000000 members"));
  EXPECT_THAT(Message(changed64(66, 19000000)), HasSubstr("breaks off at member 2"));
  EXPECT_THAT(Message(changed64(58, ~std::uint64_t{0} - 9)), HasSubstr("where there is none"));
  EXPECT_THAT(Message(changed64(50, ~std::uint64_t{0} - 9)), HasSubstr("where there is none"));
}

TEST(ZipMemberLocation, ComesBackAndNothingElseIsOne) {
  const ArchiveMember member{"/data/a:1.zip", 1536, 70000, 300};
  EXPECT_EQ(MemberLocation(member), "deflated:1536:300:70000:/data/a:1.zip");
  EXPECT_EQ(ParseMemberLocation(MemberLocation(member)), member);
  for (const char* other : {"deflated:1:2:/a.zip", "deflated:1:0:2:/a.zip", "deflated:1:2:3:a.zip",
                            "deflated:1:-2:3:/a", "deflated:1:2:1073741825:/a",
                            "deflated:1:1073741825:2:/a", "deflated:/data/a.jpg"}) {
    EXPECT_EQ(ParseMemberLocation(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace prelabel
