#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/coco_shape.h"
#include "coordinator/formats/fixed_box.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_facts.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/formats/picture_files.h"
#include "coordinator/formats/shape_outline.h"

namespace prelabel {
namespace {

constexpr int kImages = 2;  // datumaro's MediaType.IMAGE

std::string Numbers(const std::vector<double>& numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{}{:.2f}", i == 0 ? "" : ", ", numbers[i]);
  }
  return text + "]";
}

template <class List>
std::string PointNumbers(const List& points) {
  std::vector<double> numbers;
  for (const auto& point : points) {
    numbers.push_back(point.x);
    numbers.push_back(point.y);
  }
  return Numbers(numbers);
}

// `"type": …` and the members that this type has.
std::string Geometry(const Label& label, const LabeledItem& item) {
  if (const auto mask = MaskOf(label, item.width, item.height)) {
    return "\"type\": \"mask\", \"rle\": " + FormatCocoRle(*mask);
  }
  if (label.drawn != nullptr) {
    const Shape& shape = label.drawn->shape;
    switch (shape.kind) {
      case ShapeKind::kPolygon:
        return "\"type\": \"polygon\", \"points\": " + PointNumbers(shape.points);
      case ShapeKind::kPolyline:
        return "\"type\": \"polyline\", \"points\": " + PointNumbers(shape.points);
      case ShapeKind::kPoints:
        return fmt::format("\"type\": \"points\", \"points\": {}, \"visibility\": [{}]",
                           PointNumbers(shape.points),
                           fmt::join(std::vector<int>(shape.points.size(), 2), ", "));
      case ShapeKind::kEllipse:
        if (shape.rotation != 0) break;
        return "\"type\": \"ellipse\", \"points\": " +
               Numbers({shape.box.x1, shape.box.y1, shape.box.x2, shape.box.y2});
      default:
        break;
    }
    if (shape.rotation != 0) {
      return "\"type\": \"polygon\", \"points\": " + PointNumbers(OutlineOfShape(shape, label.box));
    }
  }
  const FixedBox box(label.box);
  return "\"type\": \"bbox\", \"bbox\": " + Numbers({box.x, box.y, box.width, box.height});
}

class DatumaroWriter : public LabelWriter {
 public:
  DatumaroWriter(const Dataset& dataset, const ClassMap& classes, OutputFile file)
      : dataset_(dataset),
        names_(dataset),
        whole_pictures_(classes.whole_pictures),
        file_(std::move(file)) {
    fmt::format_to(std::back_inserter(file_.buffer()),
                   "{{\"dm_format_version\": \"1.0\", \"media_type\": {},\n\"infos\": {{}},\n"
                   "\"categories\": {{\"label\": {{\"labels\": [",
                   kImages);
    const char* separator = "\n";
    for (const Category& category : classes.categories) {
      file_.Append(std::exchange(separator, ",\n"));
      file_.Append("{\"name\": " + JsonString(category.name) +
                   ", \"parent\": \"\", \"attributes\": []}");
    }
    file_.Append("], \"label_groups\": [], \"attributes\": []}},\n\"items\": [");
  }

  Result<void> Add(const LabeledItem& item) override {
    if (item.width <= 0 || item.height <= 0) return Ok();
    const bool video = dataset_.sources[item.source.value].kind == SourceKind::kVideo;
    const std::string picture = names_.FileName(item.source, item.item);
    file_.Append(std::exchange(separator_, ",\n"));
    file_.Append("{\"id\": " + JsonString(PictureStem(picture)) + ", \"annotations\": [");
    for (std::size_t i = 0; i < item.labels.size(); ++i) {
      file_.Append(i == 0 ? "\n " : ",\n ");
      AddLabel(item.labels[i], i, item, video);
    }
    auto out = std::back_inserter(file_.buffer());
    file_.Append("]");
    if (video) fmt::format_to(out, ", \"attr\": {{\"frame\": {}}}", item.item);
    fmt::format_to(out, ", \"image\": {{\"path\": {}, \"size\": [{}, {}]}}}}", JsonString(picture),
                   item.height, item.width);
    return file_.Spill();
  }

  Result<void> Finish() override {
    file_.Append("]}\n");
    return file_.Commit();
  }

 private:
  void AddLabel(const Label& label, std::size_t id, const LabeledItem& item, bool video) {
    std::string attributes;
    AppendLabelFacts(label, video, attributes);
    AppendOccluded(label, attributes);
    if (label.drawn != nullptr) {
      for (const auto& [name, value] : label.drawn->attributes) {
        if (IsFact(name)) continue;  // a key must not stand twice
        attributes += ", " + JsonString(name) + ": " + JsonString(value);
      }
    }
    // Objects have no group: 0.
    fmt::format_to(std::back_inserter(file_.buffer()),
                   "{{\"id\": {}, {}, \"label_id\": {}, \"group\": 0, \"z_order\": 0, "
                   "\"attributes\": {{{}}}}}",
                   id, whole_pictures_ ? "\"type\": \"label\"" : Geometry(label, item),
                   label.category, attributes);
  }

  static bool IsFact(const std::string& name) {
    return name == "score" || name == "source" || name == "route" || name == "track_id" ||
           name == "occluded";
  }

  const Dataset& dataset_;
  ItemNames names_;
  bool whole_pictures_;
  OutputFile file_;
  const char* separator_ = "\n";
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenDatumaroWriter(const std::filesystem::path& folder,
                                                        const Dataset& dataset,
                                                        const ClassMap& classes) {
  PRELABEL_TRY(CheckPictureFiles(dataset, ""));
  PRELABEL_TRY(OutputFile file, OutputFile::Create(folder / "annotations" / "train.json"));
  return std::unique_ptr<LabelWriter>(
      std::make_unique<DatumaroWriter>(dataset, classes, std::move(file)));
}

}  // namespace prelabel
