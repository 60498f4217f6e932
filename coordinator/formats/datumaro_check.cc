#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/geometry/rle.h"
#include "coordinator/formats/json_checks.h"
#include "coordinator/formats/json_records.h"
#include "coordinator/formats/json_view.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr std::string_view kTypes[] = {"label",     "mask",      "points",  "polygon",
                                       "polyline",  "bbox",      "caption", "ellipse",
                                       "cuboid_3d", "cuboid_2d", "hash_key"};

// FNV-1a, 64 bits.
std::uint64_t Hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

class Checker {
 public:
  explicit Checker(ProblemList& problems) : problems_(problems) {}

  void Member(std::string_view key, const json::value& value) {
    if (key == "dm_format_version") {
      version_ = true;
      if (value != json::value("1.0")) {
        problems_.Error("", "'dm_format_version' must be \"1.0\"; readers refuse others");
      }
    } else if (key == "categories") {
      categories_ = true;
      const json::value* label = JsonMember(value, "label");
      const json::array* labels = label == nullptr ? nullptr : JsonList(*label, "labels");
      if (labels == nullptr) {
        problems_.Error("categories", "'label.labels' must be a list of the classes");
        return;
      }
      for (std::size_t i = 0; i < labels->size(); ++i) {
        if (!JsonText((*labels)[i], "name") || !JsonText((*labels)[i], "parent")) {
          problems_.Error(fmt::format("categories.label.labels[{}]", i),
                          "must have 'name' and 'parent' (\"\" where it has none)");
        }
      }
      labels_ = labels->size();
    }
  }

  void Item(std::size_t index, const json::value& item) {
    ++counts.records;
    const std::string place = fmt::format("items[{}]", index);
    const auto id = JsonText(item, "id");
    if (!id || id->empty()) {
      problems_.Error(place, "'id' is missing; items are told by it");
    } else {
      ids_.emplace_back(Hash(*id), index);
    }
    if (const json::value* image = JsonMember(item, "image")) Image(*image, place);
    const json::array* annotations = JsonList(item, "annotations");
    if (annotations == nullptr) {
      problems_.Error(place, "has no list 'annotations'");
      return;
    }
    for (std::size_t i = 0; i < annotations->size(); ++i) {
      ++counts.labels;
      Annotation((*annotations)[i], fmt::format("{}.annotations[{}]", place, i));
    }
  }

  void Finish(bool complete) {
    if (!complete) return;
    if (!version_) {
      problems_.Warning("", "'dm_format_version' is missing; readers take the file for an old one");
    }
    if (!categories_) problems_.Error("", "'categories' is missing; readers stop without it");
    std::sort(ids_.begin(), ids_.end());
    for (std::size_t i = 1; i < ids_.size(); ++i) {
      if (ids_[i].first != ids_[i - 1].first) continue;
      problems_.Error(fmt::format("items[{}]", ids_[i].second),
                      fmt::format("items[{}] has the same id; the later replaces the earlier",
                                  ids_[i - 1].second));
    }
  }

  RecordCounts counts;

 private:
  void Image(const json::value& image, const std::string& place) {
    if (!JsonText(image, "path")) problems_.Error(place, "'image.path' must be a text");
    const json::array* size = JsonList(image, "size");
    if (size == nullptr) return;
    bool good = size->size() == 2;
    for (std::size_t i = 0; good && i < 2; ++i) {
      const auto side = JsonNumber(&(*size)[i]);
      good = side && *side >= 1;
    }
    if (!good) problems_.Error(place, "'image.size' must be [height, width] in pixels");
  }

  void Annotation(const json::value& annotation, const std::string& at) {
    const auto type = JsonText(annotation, "type");
    if (!type || std::find(std::begin(kTypes), std::end(kTypes), *type) == std::end(kTypes)) {
      problems_.Error(at, "'type' must be one of datumaro's: bbox, mask, polygon …");
      return;
    }
    const json::value* label = JsonMember(annotation, "label_id");
    if (label != nullptr && !label->is_null()) {
      const auto id = JsonNumber(label);
      if (!id || *id < 0 || (labels_ && *id >= static_cast<double>(*labels_))) {
        problems_.Error(at, fmt::format("'label_id' is none of the {} categories, counted from 0",
                                        labels_.value_or(0)));
      }
    }
    if (*type == "bbox") Numbers(annotation, "bbox", 4, at);
    if (*type == "polygon") Numbers(annotation, "points", 6, at);
    if (*type == "polyline" || *type == "points") Numbers(annotation, "points", 2, at);
    if (*type == "mask") Mask(annotation, at);
  }

  // Pairs of numbers; of a box, four with sides that are not negative.
  void Numbers(const json::value& annotation, std::string_view key, std::size_t least,
               const std::string& at) {
    const json::array* list = JsonList(annotation, key);
    bool good = list != nullptr && list->size() >= least && list->size() % 2 == 0 &&
                (key != "bbox" || list->size() == 4);
    for (std::size_t i = 0; good && i < list->size(); ++i) {
      const auto number = JsonNumber(&(*list)[i]);
      good = number && (key != "bbox" || i < 2 || *number >= 0);
    }
    if (good) return;
    problems_.Error(
        at, key == "bbox"
                ? "'bbox' must be left, top, width and height"
                : fmt::format("'{}' must be x and y in turn, {} numbers at least", key, least));
  }

  void Mask(const json::value& annotation, const std::string& at) {
    const json::value* rle = JsonMember(annotation, "rle");
    const json::array* size = rle == nullptr ? nullptr : JsonList(*rle, "size");
    const auto counts_text = rle == nullptr ? std::nullopt : JsonText(*rle, "counts");
    if (size == nullptr || size->size() != 2 || !counts_text) {
      problems_.Error(at, "'rle' must have 'size' ([height, width]) and as 'counts' one text");
      return;
    }
    std::int64_t sides[2];
    for (std::size_t i = 0; i < 2; ++i) {
      const auto side = JsonNumber(&(*size)[i]);
      sides[i] = side && *side >= 1 && *side <= kMaxMaskSide ? static_cast<std::int64_t>(*side) : 0;
    }
    const Result<Rle> parsed = ParseRle(sides[0], sides[1], *counts_text);
    if (!parsed) problems_.Error(at, parsed.error().message);
  }

  ProblemList& problems_;
  bool version_ = false;
  bool categories_ = false;
  std::optional<std::size_t> labels_;  // how many classes are declared, where that is known yet
  std::vector<std::pair<std::uint64_t, std::size_t>> ids_;  // hashes, with their items
};

}  // namespace

Result<RecordCounts> CheckDatumaro(std::istream& in, ProblemList& problems) {
  Checker checker(problems);
  const Result<void> read = ReadJsonRecords(
      in, {"items", "item", "has no list 'items'", "must be an item with 'id' and 'annotations'"},
      {[&checker](std::size_t index, const json::value& item) -> Result<void> {
         checker.Item(index, item);
         return Ok();
       },
       [&checker](std::string_view key, const json::value& value) -> Result<void> {
         checker.Member(key, value);
         return Ok();
       }});
  if (!read) {
    if (read.error().code != ErrorCode::kInvalidArgument) return read.error();
    problems.Error(read.error().context, read.error().message);
  }
  checker.Finish(read.has_value());
  return checker.counts;
}

}  // namespace prelabel
