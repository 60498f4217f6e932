// A reference profile: what a model's world looked like in a run whose results somebody trusts, as
// statistics alone. No picture of it is needed later. Immutable values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "coordinator/profile/domain_stats.h"

namespace prelabel {

struct Profile {
  std::string id;           // 32 hexadecimal digits: hash of all that follows
  std::string job;          // that it was made from
  std::string created;      // UTC, as text
  std::string model;        // name in the model card
  std::string weights;      // sha256 of the model's weights: profiles fit one model
  float raw_threshold = 0;  // of the run
  float nms = 0;
  std::vector<std::string> classes;  // of the model
  DomainTotals totals;               // slices empty; samples without source and item
  friend bool operator==(const Profile&, const Profile&) = default;
};

// JSON; docs/report.md says what is in it.
std::string FormatProfile(const Profile& profile);
// InvalidArgument: no profile, a newer version, damaged, or values out of range. Hostile input is
// fine: at most 64 MiB are read.
Result<Profile> ParseProfile(std::string_view text);
Result<Profile> ReadProfile(const std::filesystem::path& path);

}  // namespace prelabel
