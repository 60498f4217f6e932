#include "coordinator/scan/fingerprint.h"

#include <cstdint>
#include <sstream>

#include "common/base/hash.h"

namespace prelabel {
namespace {

const char* KindName(SourceKind kind) { return kind == SourceKind::kVideo ? "video" : "images"; }

// Of the first `count` items.
std::string HashItems(const SourceItems& source, std::uint64_t count) {
  Hasher hasher;
  if (source.kind == SourceKind::kVideo) {
    hasher.AddNumber(static_cast<std::uint64_t>(source.index.time_base_num));
    hasher.AddNumber(static_cast<std::uint64_t>(source.index.time_base_den));
    // From the first frame on: decode_index counts packets, pts has an arbitrary origin.
    for (std::uint64_t i = 0; i < count; ++i) {
      const VideoFrameEntry& frame = source.index.frames[i];
      hasher.AddNumber(static_cast<std::uint64_t>(frame.pts));
      hasher.AddNumber(static_cast<std::uint64_t>(frame.decode_index));
    }
  } else {
    for (std::uint64_t i = 0; i < count; ++i) {
      hasher.AddNumber(source.files[i].size());
      hasher.Add(source.files[i]);
      if (!source.tiled) continue;
      hasher.AddNumber(static_cast<std::uint64_t>(source.tiled->sizes[i].width));
      hasher.AddNumber(static_cast<std::uint64_t>(source.tiled->sizes[i].height));
    }
  }
  return ToHex(hasher.Finish());
}

}  // namespace

std::string DatasetFingerprint(const Dataset& dataset) {
  std::string text;
  for (const SourceItems& source : dataset.sources) {
    text += std::string(KindName(source.kind)) + " " + std::to_string(source.ItemCount()) + " " +
            HashItems(source, source.ItemCount()) + " " + source.name + "\n";
  }
  return text;
}

Result<void> CheckSameItems(const std::string& stored, const Dataset& now) {
  std::string changes;
  std::istringstream lines(stored);
  std::string line;
  for (std::size_t s = 0; std::getline(lines, line); ++s) {
    std::istringstream fields(line);
    std::string kind;
    std::uint64_t count = 0;
    std::string hash;
    std::string name;
    fields >> kind >> count >> hash;
    fields.get();
    std::getline(fields, name);
    if (!fields) return DataLoss("the run's record of its items is damaged", "data");
    std::string change;
    if (s >= now.sources.size() || kind != KindName(now.sources[s].kind)) {
      change = "is not in the job any more";
    } else if (!now.sources[s].error.empty() && count > 0) {
      change = "cannot be read now: " + now.sources[s].error;
    } else if (now.sources[s].ItemCount() < count) {
      change = "had " + std::to_string(count) + " items and has " +
               std::to_string(now.sources[s].ItemCount());
    } else if (HashItems(now.sources[s], count) != hash) {
      change = "has other items, or new ones between the old";
      if (now.sources[s].tiled) change += ", or images of other sizes";
    }
    if (!change.empty()) {
      changes.append("\n  ").append(kind).append(" ").append(name).append(" ").append(change);
    }
  }
  if (changes.empty()) return Ok();
  return InvalidArgument(
      "the data changed since the run began; restore it, or choose another output.dir:" + changes,
      "data");
}

}  // namespace prelabel
