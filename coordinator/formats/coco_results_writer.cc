#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/coco_shape.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"

namespace prelabel {
namespace {

class CocoResultsWriter : public LabelWriter {
 public:
  CocoResultsWriter(const Dataset& dataset, const ClassMap& classes, const ModelCard& card,
                    CocoResultsKind kind, OutputFile file)
      : classes_(classes),
        category_ids_(card.category_ids),
        kind_(kind),
        names_(dataset),
        file_(std::move(file)) {
    file_.Append("[");
  }

  Result<void> Add(const LabeledItem& item) override {
    const std::uint64_t image_id = names_.ImageId(item.source, item.item);
    if (kind_ == CocoResultsKind::kRaw) {
      if (item.raw == nullptr) return Ok();
      for (std::size_t i = 0; i < item.raw->predictions.size(); ++i) {
        const Prediction& prediction = item.raw->predictions[i];
        if (prediction.class_id >= category_ids_.size()) {
          return Internal(fmt::format("class {} is not in the model card", prediction.class_id),
                          names_.FileName(item.source, item.item));
        }
        Write(image_id, category_ids_[prediction.class_id], prediction.box, prediction.score,
              i < item.raw->masks.size() ? &item.raw->masks[i] : nullptr);
      }
    } else {
      for (const Label& label : item.labels) {
        Write(image_id, classes_.categories[label.category].id, label.box, label.score,
              label.mask.get());
      }
    }
    return file_.Spill();
  }

  Result<void> Finish() override {
    file_.Append("]\n");
    return file_.Commit();
  }

 private:
  void Write(std::uint64_t image_id, int category_id, const Box& box, float score,
             const Rle* mask) {
    fmt::format_to(std::back_inserter(file_.buffer()),
                   "{}{{\"image_id\": {}, \"category_id\": {}, "
                   "\"bbox\": [{:.3f}, {:.3f}, {:.3f}, {:.3f}], \"score\": {:.5f}",
                   std::exchange(separator_, ",\n"), image_id, category_id, box.x1, box.y1,
                   box.Width(), box.Height(), score);
    if (mask != nullptr) file_.Append(", \"segmentation\": " + FormatCocoRle(*mask));
    file_.Append("}");
  }

  const ClassMap& classes_;
  std::vector<int> category_ids_;
  CocoResultsKind kind_;
  ItemNames names_;
  OutputFile file_;
  const char* separator_ = "";
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenCocoResultsWriter(const std::filesystem::path& file,
                                                           const Dataset& dataset,
                                                           const ClassMap& classes,
                                                           const ModelCard& card,
                                                           CocoResultsKind kind) {
  PRELABEL_TRY(OutputFile output, OutputFile::Create(file));
  return std::unique_ptr<LabelWriter>(
      std::make_unique<CocoResultsWriter>(dataset, classes, card, kind, std::move(output)));
}

}  // namespace prelabel
