// Arbitrary bytes as a manifest: reading never throws or crashes; an error has a reason; what was
// taken has names that are sorted, each once, and lead out of no folder, and places that are
// absolute paths or http(s) URLs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "common/base/url.h"
#include "coordinator/scan/item_name.h"
#include "coordinator/scan/manifest_file.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto items = prelabel::ParseManifest(in, "/data/set/items.jsonl");
  if (!items) {
    FUZZ_CHECK(items.error().code == prelabel::ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!items.error().message.empty());
    return 0;
  }
  const auto& names = items.value().names;
  FUZZ_CHECK(std::adjacent_find(names.begin(), names.end(), std::greater_equal<>()) == names.end());
  FUZZ_CHECK(items.value().locations.size() == names.size());
  FUZZ_CHECK(items.value().item_notes.empty() || items.value().item_notes.size() == names.size());
  for (const std::string& name : names) {
    FUZZ_CHECK(!prelabel::WrongItemName(name, prelabel::kLongestItemName));
  }
  for (const std::string& location : items.value().locations) {
    FUZZ_CHECK(location.starts_with('/') || prelabel::ParseHttpUrl(location).has_value());
  }
  for (const auto& notes : items.value().item_notes) {
    for (const std::uint32_t note : notes) FUZZ_CHECK(note < items.value().notes.size());
  }
  return 0;
}
