#include "common/job/source_decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/job/path_reader.h"

namespace prelabel {
namespace {

// Sides of tiles in pixels.
constexpr int kLeastTile = 64;
constexpr int kMostTile = 16384;

class SourceDecoder {
 public:
  SourceDecoder(const std::filesystem::path& folder, Mistakes& mistakes)
      : folder_(folder), mistakes_(mistakes) {}

  std::vector<DataSource> Decode(MapReader& root) {
    const YamlNode* node = root.Require("data", "[{images: path/to/folder}]");
    if (node == nullptr || node->broken) return {};
    if (node->kind != YamlNode::Kind::kSequence || node->items.empty()) {
      mistakes_.Add(node->at, fmt::format("'data' must be a list of one or more sources "
                                          "('- video: FILE', '- images: FOLDER' …), not {}",
                                          Describe(*node)));
      return {};
    }
    std::vector<DataSource> sources;
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      sources.push_back(DecodeSource(node->items[i], fmt::format("data[{}]", i)));
    }
    return sources;
  }

 private:
  DataSource DecodeSource(const YamlNode& node, const std::string& name) {
    MapReader reader(node, name, mistakes_);
    DataSource source;
    const YamlNode* video = reader.Find("video");
    const YamlNode* images = reader.Find("images");
    const YamlNode* manifest = reader.Find("manifest");
    const YamlNode* coco = reader.Find("coco");
    const YamlNode* yolo = reader.Find("yolo");
    const YamlNode* voc = reader.Find("voc");
    const YamlNode* keyframes = reader.Find("keyframes");
    const YamlNode* tiling = reader.Find("tiling");
    reader.Finish();
    const bool is_map = node.kind == YamlNode::Kind::kMap || node.kind == YamlNode::Kind::kNull;
    const std::pair<const char*, const YamlNode*> kinds[] = {
        {"video", video},       {"images", coco == nullptr ? images : nullptr},
        {"manifest", manifest}, {"coco", coco},
        {"yolo", yolo},         {"voc", voc}};
    std::vector<const char*> named;
    for (const auto& [kind, value] : kinds) {
      if (value != nullptr) named.push_back(kind);
    }
    if (named.size() > 1) {
      mistakes_.Add(node.at, fmt::format("'{}' has both '{}' and '{}'; make it two sources", name,
                                         named[0], named[1]));
    } else if (named.empty() && is_map && !node.broken) {
      mistakes_.Add(node.at, fmt::format("'{}' names no data; add one of 'images', 'video', "
                                         "'manifest', 'coco', 'yolo' and 'voc'",
                                         name));
    }
    if (keyframes != nullptr && video == nullptr) {
      mistakes_.Add(keyframes->at,
                    fmt::format("'{}.keyframes' belongs to a video; remove it", name));
    }
    if (video != nullptr) {
      source.kind = SourceKind::kVideo;
      if (auto path = ReadPath(*video, name + ".video", folder_, mistakes_)) {
        source.patterns.push_back(std::move(*path));
      }
      DecodeKeyframes(keyframes, name, &source);
    }
    if (images != nullptr && coco == nullptr) {
      DecodeImages(*images, name + ".images", &source);
    }
    if (manifest != nullptr) {
      if (auto path = ReadPath(*manifest, name + ".manifest", folder_, mistakes_)) {
        source.manifest = std::move(*path);
      }
    }
    if (coco != nullptr) {
      DecodeLabeled(DatasetLayout::kCoco, *coco, name + ".coco", &source);
      if (source.labeled) source.labeled->images = source.labeled->place.parent_path();
      if (images != nullptr) {
        auto path = ReadPath(*images, name + ".images", folder_, mistakes_);
        if (path && source.labeled) source.labeled->images = std::move(*path);
      }
    }
    if (yolo != nullptr) DecodeLabeled(DatasetLayout::kYolo, *yolo, name + ".yolo", &source);
    if (voc != nullptr) DecodeLabeled(DatasetLayout::kVoc, *voc, name + ".voc", &source);
    if (tiling != nullptr) DecodeTiling(*tiling, name + ".tiling", video != nullptr, &source);
    return source;
  }

  void DecodeTiling(const YamlNode& node, const std::string& name, bool video, DataSource* source) {
    if (video) {
      mistakes_.Add(node.at, fmt::format("'{}' belongs to images; remove it", name));
    }
    MapReader reader(node, name, mistakes_);
    Tiling& tiling = source->tiling.emplace();
    if (const YamlNode* size = reader.Require("size", "1024"))
      DecodeTileSizes(*size, name, &tiling);
    if (const YamlNode* overlap = reader.Find("overlap")) {
      constexpr float kMostOverlap = 0.9F;
      const auto share = ReadNumber(*overlap, name + ".overlap", mistakes_);
      if (share && !(*share >= 0 && *share <= kMostOverlap)) {
        mistakes_.Add(overlap->at, fmt::format("'{}.overlap' must be from 0 to {}, not {}", name,
                                               kMostOverlap, *share));
      } else if (share) {
        tiling.overlap = *share;
      }
    }
    reader.Flag("full_image", &tiling.full_image);
    if (const YamlNode* merge = reader.Find("merge")) {
      const auto way = ReadChoice(*merge, name + ".merge", {"nms", "nmm"}, mistakes_);
      if (way == "nms") tiling.merge = TileMerge::kNms;
    }
    if (const YamlNode* metric = reader.Find("metric")) {
      const auto way = ReadChoice(*metric, name + ".metric", {"iou", "ios"}, mistakes_);
      if (way == "ios") tiling.metric = TileMetric::kIos;
    }
    reader.Finish();
  }

  // One side, or a list of them.
  void DecodeTileSizes(const YamlNode& node, const std::string& name, Tiling* tiling) {
    const bool list = node.kind == YamlNode::Kind::kSequence;
    if (list && node.items.empty()) {
      mistakes_.Add(node.at,
                    fmt::format("'{}.size' is an empty list; name a side in pixels", name));
    }
    for (std::size_t i = 0; i < (list ? node.items.size() : 1); ++i) {
      const std::string side_name = list ? fmt::format("{}.size[{}]", name, i) : name + ".size";
      const auto side =
          ReadInteger(list ? node.items[i] : node, side_name, kLeastTile, kMostTile, mistakes_);
      if (side) tiling->sizes.push_back(static_cast<int>(*side));
    }
    std::sort(tiling->sizes.begin(), tiling->sizes.end());
    const auto twice = std::adjacent_find(tiling->sizes.begin(), tiling->sizes.end());
    if (twice != tiling->sizes.end()) {
      mistakes_.Add(node.at, fmt::format("'{}.size' has {} twice; remove one", name, *twice));
    }
    if (tiling->sizes.empty()) tiling->sizes.push_back(kLeastTile);  // there is a mistake already
  }

  void DecodeLabeled(DatasetLayout layout, const YamlNode& node, const std::string& name,
                     DataSource* source) {
    if (auto path = ReadPath(node, name, folder_, mistakes_)) {
      source->labeled = LabeledDataset{layout, std::move(*path), {}};
    }
  }

  void DecodeKeyframes(const YamlNode* node, const std::string& source_name, DataSource* source) {
    if (node == nullptr) return;
    MapReader reader(*node, source_name + ".keyframes", mistakes_);
    const YamlNode* every = reader.Find("every");
    const YamlNode* adaptive = reader.Find("adaptive");
    const YamlNode* from = reader.Find("from");
    const std::pair<const char*, const YamlNode*> ways[] = {
        {"every", every}, {"adaptive", adaptive}, {"from", from}};
    const char* first = nullptr;
    for (const auto& [name, way] : ways) {
      if (way != nullptr && first != nullptr) {
        mistakes_.Add(way->at, fmt::format("'{}.keyframes' has '{}' and '{}'; keep one of them",
                                           source_name, first, name));
      }
      if (way != nullptr) first = name;
    }
    if (from != nullptr) {
      const auto path = ReadPath(*from, source_name + ".keyframes.from", folder_, mistakes_);
      // What cannot be read is a mistake already; it shall not ask for a model, too.
      source->keyframes_from = path.value_or("unreadable");
    }
    reader.Integer("every", 1, 1000000000, &source->keyframe_every);
    if (adaptive != nullptr) {
      MapReader rounds(*adaptive, source_name + ".keyframes.adaptive", mistakes_);
      source->adaptive.emplace();
      rounds.PositiveFraction("budget", &source->adaptive->budget);
      rounds.PositiveFraction("tolerance", &source->adaptive->tolerance);
      rounds.Finish();
    }
    reader.Finish();
  }

  void DecodeImages(const YamlNode& node, const std::string& name, DataSource* source) {
    if (node.kind != YamlNode::Kind::kSequence) {
      if (auto path = ReadPath(node, name, folder_, mistakes_)) source->patterns = {*path};
      return;
    }
    if (node.items.empty()) {
      mistakes_.Add(node.at, fmt::format("'{}' is an empty list; name a folder or a glob", name));
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string item_name = fmt::format("{}[{}]", name, i);
      if (auto path = ReadPath(node.items[i], item_name, folder_, mistakes_)) {
        source->patterns.push_back(std::move(*path));
      }
    }
  }

  const std::filesystem::path& folder_;
  Mistakes& mistakes_;
};

}  // namespace

std::vector<DataSource> DecodeData(MapReader& root, const std::filesystem::path& folder,
                                   Mistakes& mistakes) {
  return SourceDecoder(folder, mistakes).Decode(root);
}

}  // namespace prelabel
