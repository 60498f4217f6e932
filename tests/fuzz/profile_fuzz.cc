// Arbitrary bytes as a reference profile: ParseProfile never throws or crashes, an error has a
// message, and a profile that is accepted is what FormatProfile writes of it again. The hash in the
// first line is put right first, since no mutation would find it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/hash.h"
#include "coordinator/profile/profile.h"
#include "coordinator/profile/profile_text.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string given(reinterpret_cast<const char*>(data), size);
  const std::size_t line = given.find('\n');
  const std::string body = line == std::string::npos ? given : given.substr(line + 1);
  for (const std::string& text :
       {given, prelabel::ProfileHead(prelabel::ToHex(prelabel::HashBytes(body))) + body}) {
    const auto parsed = prelabel::ParseProfile(text);
    if (!parsed.has_value()) {
      FUZZ_CHECK(parsed.error().code == prelabel::ErrorCode::kInvalidArgument);
      FUZZ_CHECK(!parsed.error().message.empty());
      continue;
    }
    const prelabel::Profile& profile = parsed.value();
    FUZZ_CHECK(profile.totals.classes.size() == profile.classes.size());
    for (const prelabel::SampledImage& image : profile.totals.sample) {
      for (const prelabel::SampledBox& box : image.boxes) {
        FUZZ_CHECK(box.class_id < profile.classes.size());
        FUZZ_CHECK(box.score >= 0 && box.score <= 1);
      }
    }
    FUZZ_CHECK(prelabel::ParseProfile(prelabel::FormatProfile(profile)).has_value());
  }
  return 0;
}
