// The items of a job, source by source, in the one order that labels, ids and reports follow.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/job/job_spec.h"
#include "common/labels/tiling.h"
#include "common/media/video_index.h"
#include "coordinator/formats/keyframe_file.h"

namespace prelabel {

// Images that are looked at in tiles. A look at one tile is what tasks, results and failures of the
// source are about: its looks are counted through all images, in their order.
struct TiledImages {
  Tiling tiling;
  std::vector<ImageSize> sizes;           // by item; none where it could not be found out
  std::vector<std::uint64_t> first_look;  // by item, and behind the last one how many there are

  std::uint64_t ItemOf(std::uint64_t look) const {
    const auto after = std::upper_bound(first_look.begin(), first_look.end(), look);
    return static_cast<std::uint64_t>(after - first_look.begin()) - 1;
  }
};

struct SourceItems {
  SourceKind kind = SourceKind::kImages;
  std::string name;  // videos: the file's stem, made unique within the job; images: the root's name
  std::filesystem::path root;  // images: the folder that `files` are relative to
  // Images: their names, sorted, '/' separated; video: the one file's absolute path.
  std::vector<std::string> files;
  // Images of manifests, archives and labeled datasets: where each of `files` is, an absolute path,
  // an http(s) URL or a member of an archive (archive_member.h). Empty: below `root`, under its
  // name.
  std::vector<std::string> locations{};
  // What a manifest or a dataset's layout says about its images, as "COLUMN: VALUE": each text
  // once, and by item the positions of its own. Both empty where it says nothing.
  std::vector<std::string> notes{};
  std::vector<std::vector<std::uint32_t>> item_notes{};
  // Images of a dataset that has labels of its own: where they are (kYolo: `place` is data.yaml).
  std::optional<LabeledDataset> labeled{};
  std::optional<TiledImages> tiled{};  // images only
  VideoIndex index;                    // video only
  std::int64_t keyframe_every = 1;     // video only; `adaptive`: how far apart the first look is
  std::optional<AdaptiveKeyframes> adaptive{};  // video only
  // Video only: what a person drew, instead of anything that a model looks at; otherwise null.
  std::shared_ptr<const KeyframeFile> drawn{};
  std::filesystem::path drawn_in{};   // the file that it is from
  std::string error;                  // the source could not be read at all; then it has no items
  std::vector<std::string> warnings;  // what was left out or is odd, a sentence each

  std::uint64_t ItemCount() const {
    return kind == SourceKind::kVideo ? index.frames.size() : files.size();
  }

  // What the items of its tasks are: looks at tiles, or the items themselves.
  std::uint64_t LookCount() const { return tiled ? tiled->first_look.back() : ItemCount(); }
  std::uint64_t ItemOfLook(std::uint64_t look) const { return tiled ? tiled->ItemOf(look) : look; }

  // Images only: where to read this one.
  std::string Location(std::uint64_t item) const {
    return locations.empty() ? (root / files[item]).string() : locations[item];
  }
};

struct Dataset {
  std::vector<SourceItems> sources;  // position = SourceId

  std::uint64_t ItemCount() const {
    std::uint64_t n = 0;
    for (const SourceItems& source : sources) n += source.ItemCount();
    return n;
  }
};

}  // namespace prelabel
