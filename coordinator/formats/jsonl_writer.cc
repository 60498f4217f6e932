#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/coco_shape.h"
#include "coordinator/formats/fixed_box.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_facts.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"

namespace prelabel {
namespace {

class JsonlWriter : public LabelWriter {
 public:
  JsonlWriter(const Dataset& dataset, const ClassMap& classes, OutputFile file)
      : dataset_(dataset), classes_(classes), names_(dataset), file_(std::move(file)) {}

  Result<void> Add(const LabeledItem& item) override {
    const SourceItems& source = dataset_.sources[item.source.value];
    const bool video = source.kind == SourceKind::kVideo;
    auto out = std::back_inserter(file_.buffer());
    fmt::format_to(out, "{{\"id\": {}, \"file_name\": {}", names_.ImageId(item.source, item.item),
                   JsonString(names_.FileName(item.source, item.item)));
    if (item.width > 0 && item.height > 0) {
      fmt::format_to(out, ", \"width\": {}, \"height\": {}", item.width, item.height);
    }
    if (video) {
      fmt::format_to(out, ", \"video\": {}, \"frame_index\": {}, \"timestamp\": {:.6f}",
                     JsonString(source.name), item.item,
                     source.index.TimestampSeconds(static_cast<std::int64_t>(item.item)));
    }
    if (!item.error.empty()) fmt::format_to(out, ", \"error\": {}", JsonString(item.error));
    file_.Append(", \"labels\": [");
    const char* separator = "";
    for (const Label& label : item.labels) {
      file_.Append(std::exchange(separator, ", "));
      AddLabel(label, item, video);
    }
    file_.Append("]}\n");
    return file_.Spill();
  }

  Result<void> Finish() override { return file_.Commit(); }

 private:
  void AddLabel(const Label& label, const LabeledItem& item, bool video) {
    const FixedBox box(label.box);
    const Category& category = classes_.categories[static_cast<std::size_t>(label.category)];
    fmt::format_to(std::back_inserter(file_.buffer()), "{{\"category\": {}, \"category_id\": {}, ",
                   JsonString(category.name), category.id);
    if (!classes_.whole_pictures) {
      fmt::format_to(std::back_inserter(file_.buffer()),
                     "\"bbox\": [{:.2f}, {:.2f}, {:.2f}, {:.2f}], ", box.x, box.y, box.width,
                     box.height);
    }
    AppendLabelFacts(label, video, file_.buffer());
    if (label.mask != nullptr || label.drawn != nullptr) {
      file_.Append(", \"segmentation\": " +
                   FormatCocoShape(label, item.width, item.height).segmentation);
    }
    if (item.drawn) AppendOccluded(label, file_.buffer());
    AppendAttributes(label, file_.buffer());
    file_.Append("}");
  }

  const Dataset& dataset_;
  const ClassMap& classes_;
  ItemNames names_;
  OutputFile file_;
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenJsonlWriter(const std::filesystem::path& file,
                                                     const Dataset& dataset,
                                                     const ClassMap& classes) {
  PRELABEL_TRY(OutputFile output, OutputFile::Create(file));
  return std::unique_ptr<LabelWriter>(
      std::make_unique<JsonlWriter>(dataset, classes, std::move(output)));
}

}  // namespace prelabel
