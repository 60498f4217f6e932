#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/fixed_box.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"

namespace prelabel {
namespace {

// Images go to the file, annotations to a second one that is appended at the end: one pass, and
// memory that does not grow with the dataset.
class CocoWriter : public LabelWriter {
 public:
  CocoWriter(const Dataset& dataset, const ClassMap& classes, OutputFile images,
             OutputFile annotations)
      : dataset_(dataset),
        classes_(classes),
        names_(dataset),
        images_(std::move(images)),
        annotations_(std::move(annotations)) {}

  void Begin(const LabelFileInfo& info) {
    auto out = std::back_inserter(images_.buffer());
    fmt::format_to(out,
                   "{{\"info\": {{\"description\": {}, \"version\": {}}},\n"
                   "\"licenses\": [],\n\"categories\": [",
                   JsonString(info.description), JsonString(info.version));
    const char* separator = "\n";
    for (const Category& category : classes_.categories) {
      fmt::format_to(out, "{}{{\"id\": {}, \"name\": {}, \"supercategory\": \"\"}}", separator,
                     category.id, JsonString(category.name));
      separator = ",\n";
    }
    images_.Append("],\n\"images\": [");
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
    for (const Label& label : item.labels) AddLabel(label, image_id, video);
    PRELABEL_TRY(images_.Spill());
    return annotations_.Spill();
  }

  Result<void> Finish() override {
    images_.Append("],\n\"annotations\": [");
    annotations_.Append("]}\n");
    PRELABEL_TRY(images_.AppendFile(std::move(annotations_)));
    return images_.Commit();
  }

 private:
  void AddLabel(const Label& label, std::uint64_t image_id, bool video) {
    const FixedBox box(label.box);
    auto out = std::back_inserter(annotations_.buffer());
    fmt::format_to(out,
                   "{}{{\"id\": {}, \"image_id\": {}, \"category_id\": {}, "
                   "\"bbox\": [{:.2f}, {:.2f}, {:.2f}, {:.2f}], \"area\": {:.4f}, ",
                   std::exchange(annotation_separator_, ",\n"), next_annotation_++, image_id,
                   classes_.categories[label.category].id, box.x, box.y, box.width, box.height,
                   box.area);
    const double right = box.x + box.width;
    const double bottom = box.y + box.height;
    fmt::format_to(out,
                   "\"segmentation\": [[{0:.2f}, {1:.2f}, {2:.2f}, {1:.2f}, {2:.2f}, {3:.2f}, "
                   "{0:.2f}, {3:.2f}]], \"iscrowd\": 0, \"score\": {4:.4f}, \"source\": \"{5}\"",
                   box.x, box.y, right, bottom, label.score,
                   label.source == LabelSource::kModel ? "model" : "interpolated");
    if (video) fmt::format_to(out, ", \"track_id\": {}", label.track_id);
    annotations_.Append("}");
  }

  const Dataset& dataset_;
  const ClassMap& classes_;
  ItemNames names_;
  OutputFile images_;
  OutputFile annotations_;
  const char* image_separator_ = "\n";
  const char* annotation_separator_ = "\n";
  std::uint64_t next_annotation_ = 1;
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenCocoWriter(const std::filesystem::path& file,
                                                    const Dataset& dataset, const ClassMap& classes,
                                                    const LabelFileInfo& info) {
  std::filesystem::path spool = file;
  spool += ".annotations";
  PRELABEL_TRY(OutputFile images, OutputFile::Create(file));
  PRELABEL_TRY(OutputFile annotations, OutputFile::Create(spool));
  auto writer =
      std::make_unique<CocoWriter>(dataset, classes, std::move(images), std::move(annotations));
  writer->Begin(info);
  return std::unique_ptr<LabelWriter>(std::move(writer));
}

}  // namespace prelabel
