#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/coco_shape.h"
#include "coordinator/formats/drawn_categories.h"
#include "coordinator/formats/fixed_box.h"
#include "coordinator/formats/fixed_text.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_facts.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"

namespace prelabel {
namespace {

// Annotations go to the file, images to a second, much smaller one that is appended at the end: one
// pass, and memory that does not grow with the dataset.
class CocoWriter : public LabelWriter {
 public:
  CocoWriter(const Dataset& dataset, const ClassMap& classes, OutputFile annotations,
             OutputFile images)
      : dataset_(dataset),
        classes_(classes),
        names_(dataset),
        annotations_(std::move(annotations)),
        images_(std::move(images)) {}

  void Begin(const LabelFileInfo& info) {
    auto out = std::back_inserter(annotations_.buffer());
    fmt::format_to(out,
                   "{{\"info\": {{\"description\": {}, \"version\": {}}},\n"
                   "\"licenses\": [],\n\"categories\": [",
                   JsonString(info.description), JsonString(info.version));
    const char* separator = "\n";
    FindKeypoints();
    for (std::size_t i = 0; i < classes_.categories.size(); ++i) {
      const Category& category = classes_.categories[i];
      fmt::format_to(out, "{}{{\"id\": {}, \"name\": {}, \"supercategory\": \"\"", separator,
                     category.id, JsonString(category.name));
      const char* before = ", \"keypoints\": [";
      for (const std::string& name : keypoints_[i]) {
        fmt::format_to(out, "{}{}", std::exchange(before, ", "), JsonString(name));
      }
      annotations_.Append(keypoints_[i].empty() ? "}" : "], \"skeleton\": []}");
      separator = ",\n";
    }
    annotations_.Append("],\n\"annotations\": [");
  }

  Result<void> Add(const LabeledItem& item) override {
    if (item.width <= 0 || item.height <= 0) return Ok();
    const std::uint64_t image_id = names_.ImageId(item.source, item.item);
    const SourceItems& source = dataset_.sources[item.source.value];
    const bool video = source.kind == SourceKind::kVideo;

    auto out = std::back_inserter(images_.buffer());
    fmt::format_to(out, "{}{{\"id\": {}, \"file_name\": {}, \"width\": {}, \"height\": {}",
                   std::exchange(image_separator_, ",\n"), image_id,
                   JsonString(names_.FileName(item.source, item.item)), item.width, item.height);
    if (video) {
      fmt::format_to(out, ", \"video\": {}, \"frame_index\": {}, \"timestamp\": {:.6f}",
                     JsonString(source.name), item.item,
                     source.index.TimestampSeconds(static_cast<std::int64_t>(item.item)));
    }
    images_.Append("}");
    for (const Label& label : item.labels) AddLabel(label, item, image_id, video);
    PRELABEL_TRY(images_.Spill());
    return annotations_.Spill();
  }

  Result<void> Finish() override {
    annotations_.Append("],\n\"images\": [");
    images_.Append("]}\n");
    PRELABEL_TRY(annotations_.AppendFile(std::move(images_)));
    return annotations_.Commit();
  }

 private:
  void AddLabel(const Label& label, const LabeledItem& item, std::uint64_t image_id, bool video) {
    const FixedBox box(label.box);
    std::string& out = annotations_.buffer();
    out += std::exchange(annotation_separator_, ",\n");
    out += "{\"id\": ";
    AppendInteger(static_cast<std::int64_t>(next_annotation_++), out);
    out += ", \"image_id\": ";
    AppendInteger(static_cast<std::int64_t>(image_id), out);
    out += ", \"category_id\": ";
    AppendInteger(classes_.categories[label.category].id, out);
    out += ", \"bbox\": [";
    AppendNumbers({box.left, box.top, box.right - box.left, box.bottom - box.top}, out);
    out += "], \"area\": ";
    if (label.drawn != nullptr || label.mask != nullptr) {
      const CocoShape shape = FormatCocoShape(label, item.width, item.height);
      fmt::format_to(std::back_inserter(out), "{:.4f}, \"segmentation\": {}", shape.area,
                     shape.segmentation);
    } else {
      AppendFixed<4>((box.right - box.left) * (box.bottom - box.top), out);
      out += ", \"segmentation\": [[";
      AppendNumbers(
          {box.left, box.top, box.right, box.top, box.right, box.bottom, box.left, box.bottom},
          out);
      out += "]]";
    }
    annotations_.Append(", \"iscrowd\": 0, ");
    AppendLabelFacts(label, video, annotations_.buffer());
    if (item.drawn) AddDrawn(label);
    annotations_.Append("}");
  }

  // Hundredths, as members of a list.
  static void AppendNumbers(std::initializer_list<std::int64_t> hundredths, std::string& out) {
    const char* separator = "";
    for (const std::int64_t number : hundredths) {
      out += std::exchange(separator, ", ");
      AppendFixed<2>(number, out);
    }
  }

  // What only a person's labels have.
  void AddDrawn(const Label& label) {
    AppendOccluded(label, annotations_.buffer());
    if (label.drawn == nullptr) return;
    const std::vector<std::string>& names = keypoints_[static_cast<std::size_t>(label.category)];
    if (label.drawn->shape.kind == ShapeKind::kSkeleton && !names.empty()) {
      annotations_.Append(", " + FormatKeypoints(label.drawn->shape.joints, names));
    }
    AppendAttributes(label, annotations_.buffer());
  }

  // Of a category, in the first video that has any.
  void FindKeypoints() {
    keypoints_.resize(classes_.categories.size());
    for (const SourceItems& source : dataset_.sources) {
      if (source.drawn == nullptr) continue;
      std::vector<DeclaredLabel> labels = DeclareCategories(source, classes_);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (keypoints_[i].empty()) keypoints_[i] = std::move(labels[i].joints);
      }
    }
  }

  const Dataset& dataset_;
  const ClassMap& classes_;
  ItemNames names_;
  OutputFile annotations_;
  OutputFile images_;
  const char* image_separator_ = "\n";
  const char* annotation_separator_ = "\n";
  std::uint64_t next_annotation_ = 1;
  std::vector<std::vector<std::string>> keypoints_;  // by category; empty where it has none
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenCocoWriter(const std::filesystem::path& file,
                                                    const Dataset& dataset, const ClassMap& classes,
                                                    const LabelFileInfo& info) {
  std::filesystem::path spool = file;
  spool += ".images";
  PRELABEL_TRY(OutputFile annotations, OutputFile::Create(file));
  PRELABEL_TRY(OutputFile images, OutputFile::Create(spool));
  auto writer =
      std::make_unique<CocoWriter>(dataset, classes, std::move(annotations), std::move(images));
  writer->Begin(info);
  return std::unique_ptr<LabelWriter>(std::move(writer));
}

}  // namespace prelabel
