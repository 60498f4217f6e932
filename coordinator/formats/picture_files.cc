#include "coordinator/formats/picture_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"

namespace prelabel {
namespace {

struct Named {
  std::uint32_t hash = 0;  // of the stem: only equal ones are looked at
  std::uint32_t source = 0;
  std::uint64_t item = 0;
};

}  // namespace

std::string_view PictureStem(std::string_view file_name) {
  const std::size_t slash = file_name.rfind('/');
  const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos || dot <= start) return file_name;
  return file_name.substr(0, dot);
}

Result<void> CheckPictureFiles(const Dataset& dataset, std::string_view extension) {
  const ItemNames names(dataset);
  std::vector<Named> all;
  for (std::uint32_t s = 0; s < dataset.sources.size(); ++s) {
    if (dataset.sources[s].kind != SourceKind::kImages) continue;
    for (std::uint64_t i = 0; i < dataset.sources[s].ItemCount(); ++i) {
      const std::string name = names.FileName(SourceId(s), i);
      if (name.find_first_of("\r\n") != std::string::npos) {
        return InvalidArgument(
            "a name with a line end does not fit into the format's lists; rename it",
            JsonString(name));
      }
      const std::size_t hash = std::hash<std::string_view>()(PictureStem(name));
      all.push_back({static_cast<std::uint32_t>(hash), s, i});
    }
  }
  std::sort(all.begin(), all.end(), [](const Named& a, const Named& b) {
    return std::tuple(a.hash, a.source, a.item) < std::tuple(b.hash, b.source, b.item);
  });
  // The first in the order of the dataset, so that the message does not depend on the hash.
  const auto place = [](const Named& named) { return std::tuple(named.source, named.item); };
  const Named* first = nullptr;
  const Named* second = nullptr;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto name = [&](const Named& named) {
      return names.FileName(SourceId(named.source), named.item);
    };
    for (std::size_t j = i + 1; j < all.size() && all[j].hash == all[i].hash; ++j) {
      if (PictureStem(name(all[i])) != PictureStem(name(all[j]))) continue;
      if (first == nullptr || place(all[i]) < place(*first)) {
        first = &all[i];
        second = &all[j];
      }
      break;
    }
  }
  if (first == nullptr) return Ok();
  const std::string one = names.FileName(SourceId(first->source), first->item);
  const std::string other = names.FileName(SourceId(second->source), second->item);
  return InvalidArgument(
      fmt::format("{} and {} would both have their labels in {}{}; rename one of "
                  "them",
                  one, other, PictureStem(one), extension));
}

}  // namespace prelabel
