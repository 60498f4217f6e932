// Arbitrary bytes as a zip archive: reading never throws or crashes and takes no memory that the
// bytes do not warrant; what is listed has names that lead out of no folder, each once, lies in the
// archive, and unpacks to its size or not at all.
#include <cstddef>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "common/media/archive_member.h"
#include "common/media/inflate.h"
#include "coordinator/scan/item_name.h"
#include "coordinator/scan/zip_index.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::istringstream in(bytes);
  const auto index = prelabel::IndexZip(in, "/data/set.zip");
  if (!index) {
    FUZZ_CHECK(index.error().code == prelabel::ErrorCode::kDataLoss);
    FUZZ_CHECK(!index.error().message.empty());
    return 0;
  }
  std::set<std::string> names;
  for (const prelabel::IndexedMember& member : index.value().members) {
    FUZZ_CHECK(!prelabel::WrongItemName(member.name, 1024));
    FUZZ_CHECK(names.insert(member.name).second);
    const std::uint64_t stored = member.packed > 0 ? member.packed : member.size;
    FUZZ_CHECK(member.offset <= size && stored <= size - member.offset);
    FUZZ_CHECK(member.size <= prelabel::kMaxMemberBytes);
    if (member.packed == 0) continue;
    const auto unpacked =
        prelabel::Inflate(std::string_view(bytes).substr(member.offset, stored), member.size);
    FUZZ_CHECK(!unpacked || unpacked.value().size() == member.size);
  }
  return 0;
}
