#include "coordinator/formats/item_names.h"

#include <cstddef>
#include <set>

#include <fmt/format.h>

namespace prelabel {
namespace {

// Whether two ascending lists have an entry in common.
bool Overlap(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const int order = a[i].compare(b[j]);
    if (order == 0) return true;
    ++(order < 0 ? i : j);
  }
  return false;
}

}  // namespace

ItemNames::ItemNames(const Dataset& dataset) : dataset_(dataset) {
  const std::vector<SourceItems>& sources = dataset.sources;
  std::vector<bool> ambiguous(sources.size(), false);
  for (std::size_t a = 0; a < sources.size(); ++a) {
    for (std::size_t b = a + 1; b < sources.size(); ++b) {
      if (sources[a].kind != SourceKind::kImages || sources[b].kind != SourceKind::kImages) {
        continue;
      }
      if (Overlap(sources[a].files, sources[b].files)) ambiguous[a] = ambiguous[b] = true;
    }
  }
  std::set<std::string> taken;
  std::uint64_t before = 0;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    std::string prefix;
    if (ambiguous[s]) {
      prefix = sources[s].name + "/";
      for (int n = 2; !taken.insert(prefix).second; ++n) {
        prefix = fmt::format("{}-{}/", sources[s].name, n);
      }
    }
    prefix_.push_back(prefix);
    before_.push_back(before);
    before += sources[s].ItemCount();
  }
}

std::string ItemNames::FileName(SourceId source, std::uint64_t item) const {
  const SourceItems& items = dataset_.sources[source.value];
  if (items.kind == SourceKind::kVideo) {
    return fmt::format("{}/frame_{:06}.jpg", items.name, item);
  }
  return prefix_[source.value] + items.files[item];
}

std::uint64_t ItemNames::ImageId(SourceId source, std::uint64_t item) const {
  return before_[source.value] + item + 1;
}

}  // namespace prelabel
