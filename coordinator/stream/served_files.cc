#include "coordinator/stream/served_files.h"

#include <algorithm>
#include <filesystem>

#include "common/base/url.h"
#include "common/media/archive_member.h"
#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr std::size_t kIndexesKept = 4;

}  // namespace

ServedFiles::ServedFiles(const Dataset& dataset, const std::vector<std::string>& others) {
  for (const std::string& path : others) files_.push_back(HashBytes(path));
  for (const SourceItems& source : dataset.sources) {
    if (source.kind == SourceKind::kVideo) {
      if (source.files.empty()) continue;
      files_.push_back(HashBytes(source.files.front()));
      videos_.emplace(source.files.front(), &source.index);
      continue;
    }
    std::string last_archive;
    for (std::uint64_t item = 0; item < source.files.size(); ++item) {
      const std::string location = source.Location(item);
      const auto member = ParseMemberLocation(location);
      if (!member && HasScheme(location)) continue;
      if (member && member->archive.native() == last_archive) continue;
      if (member) last_archive = member->archive.native();
      files_.push_back(HashBytes(member ? last_archive : location));
    }
  }
  std::sort(files_.begin(), files_.end());
  files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
  files_.shrink_to_fit();
}

// Only as it was told: a path that is written in another way is none of them.
bool ServedFiles::Has(const std::string& path) const {
  return std::filesystem::path(path).lexically_normal().native() == path &&
         std::binary_search(files_.begin(), files_.end(), HashBytes(path));
}

Result<std::shared_ptr<const std::string>> ServedFiles::EncodedIndex(
    const std::string& path) const {
  const auto video = videos_.find(path);
  if (video == videos_.end()) return InvalidArgument("the run has no such video");
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(indexes_.begin(), indexes_.end(),
                                  [&](const auto& entry) { return entry.first == path; });
  if (known == indexes_.end()) {
    indexes_.emplace_front(path,
                           std::make_shared<const std::string>(EncodeVideoIndex(*video->second)));
    if (indexes_.size() > kIndexesKept) indexes_.pop_back();
  } else {
    indexes_.splice(indexes_.begin(), indexes_, known);
  }
  return indexes_.front().second;
}

Result<FilePart> ServedFiles::Read(const Fetch& fetch) const {
  if (fetch.kind == FetchKind::kVideoIndex) {
    PRELABEL_TRY(const auto index, EncodedIndex(fetch.path));
    FilePart part{index->size(), 0, {}};
    if (fetch.offset < index->size()) part.bytes = index->substr(fetch.offset, fetch.length);
    return part;
  }
  if (!Has(fetch.path)) return InvalidArgument("the run has no such file");
  return ReadFilePart(fetch.path, fetch.offset, fetch.length);
}

}  // namespace prelabel
