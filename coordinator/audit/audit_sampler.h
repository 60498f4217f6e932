// Draws an audit's sample in one pass over a run's labels. Memory: at most `labels` candidates of
// each category and `images` whole images with their labels, whatever the run's size. Not
// thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "coordinator/audit/audit_sample.h"
#include "coordinator/audit/label_digest.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

struct AuditPlan {
  std::uint64_t labels = 300;
  std::uint64_t images = 50;
  std::uint64_t seed = 0;
};

// What has the lowest hashes is drawn: of each label's item name and position, by category, as
// allocation.h says; and of each item that a model looked at. So the same seed draws the same, in
// any order and however the run was made, and a larger sample contains the smaller one as far as
// its numbers allow.
class AuditSampler {
 public:
  // `interpolation`: the job's.
  AuditSampler(const ClassMap& classes, InterpolationMethod interpolation, const AuditPlan& plan);

  // Items in MergeLabels' order. `name`: the item's in the labels, unique.
  void Add(const LabeledItem& item, std::string_view name);

  // Picture files are named after their numbers and items: "0001_street.jpg".
  AuditSample Finish(const std::string& job);

 private:
  struct LabelCandidate {
    Hash128 key{};
    SourceId source;
    std::uint64_t item = 0;
    std::size_t position = 0;
    int width = 0;
    int height = 0;
    std::string name;
    AuditBox box;
  };
  struct ImageCandidate {
    Hash128 key{};
    AuditPicture picture;
  };

  AuditPlan plan_;
  LabelDigest digest_;
  std::vector<AuditCategory> categories_;
  std::vector<std::vector<LabelCandidate>> labels_;  // by category: heaps, the greatest hash first
  std::vector<ImageCandidate> images_;               // likewise
  std::uint64_t items_ = 0;
};

}  // namespace prelabel
