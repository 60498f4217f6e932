// Expected values: `printf prelabel | xxhsum -H128`, of Debian's xxhash 0.8.1.
// python3-xxhash.
#include "common/base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

TEST(Hash, AgreesWithXxhsum) {
  EXPECT_EQ(ToHex(HashBytes("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(ToHex(HashBytes("prelabel")), "021cf57a771a439088f27a4a68546fa7");
}

TEST(Hash, PiecesGiveTheHashOfTheWhole) {
  const std::string text(1000, 'x');
  Hasher hasher;
  hasher.Add(std::string_view(text).substr(0, 333));
  hasher.Add(std::string_view(text).substr(333));
  EXPECT_EQ(hasher.Finish(), HashBytes(text));
}

TEST(Hash, NumbersAreEightBytesLowestFirst) {
  Hasher hasher;
  hasher.AddNumber(0x0102030405060708ULL);
  EXPECT_EQ(hasher.Finish(), HashBytes("\x08\x07\x06\x05\x04\x03\x02\x01"));
}

TEST(Hash, SeedChangesTheHash) { EXPECT_NE(HashBytes("prelabel", 1), HashBytes("prelabel", 2)); }

}  // namespace
}  // namespace prelabel
