#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/fixed_box.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"

namespace prelabel {
namespace {

class MotWriter : public LabelWriter {
 public:
  MotWriter(std::filesystem::path folder, const Dataset& dataset, const ClassMap& classes)
      : folder_(std::move(folder)), dataset_(dataset), classes_(classes) {}

  Result<void> Add(const LabeledItem& item) override {
    const SourceItems& source = dataset_.sources[item.source.value];
    if (source.kind != SourceKind::kVideo) return Ok();
    if (!truth_.has_value() || open_ != item.source) {
      PRELABEL_TRY(CloseVideo());
      open_ = item.source;
      PRELABEL_TRY(truth_, OutputFile::Create(folder_ / source.name / "gt" / "gt.txt"));
      PRELABEL_TRY(WriteDescription(source));
    }
    std::vector<const Label*> by_track;
    for (const Label& label : item.labels) by_track.push_back(&label);
    std::sort(by_track.begin(), by_track.end(),
              [](const Label* a, const Label* b) { return a->track_id < b->track_id; });
    for (const Label* label : by_track) {
      const FixedBox box(label->box);
      // frame, id, left, top, width, height, considered, class, visibility
      fmt::format_to(std::back_inserter(truth_->buffer()),
                     "{},{},{:.2f},{:.2f},{:.2f},{:.2f},1,{},{}\n", item.item + 1, label->track_id,
                     box.x, box.y, box.width, box.height, label->category + 1,
                     label->drawn != nullptr && label->drawn->occluded ? 0 : 1);
    }
    return truth_->Spill();
  }

  Result<void> Finish() override { return CloseVideo(); }

 private:
  Result<void> CloseVideo() {
    if (!truth_.has_value()) return Ok();
    PRELABEL_TRY(truth_->Commit());
    truth_.reset();
    return Ok();
  }

  Result<void> WriteDescription(const SourceItems& source) const {
    std::string labels;
    for (const Category& category : classes_.categories) labels += category.name + "\n";
    PRELABEL_TRY(WriteWholeFile(folder_ / source.name / "gt" / "labels.txt", labels));
    return WriteWholeFile(
        folder_ / source.name / "seqinfo.ini",
        fmt::format("[Sequence]\nname={}\nimDir=img1\nframeRate={}\nseqLength={}\nimWidth={}\n"
                    "imHeight={}\nimExt=.jpg\n",
                    source.name, std::lround(source.index.FrameRate()), source.ItemCount(),
                    source.index.width, source.index.height));
  }

  std::filesystem::path folder_;
  const Dataset& dataset_;
  const ClassMap& classes_;
  SourceId open_;
  std::optional<OutputFile> truth_;
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenMotWriter(const std::filesystem::path& folder,
                                                   const Dataset& dataset,
                                                   const ClassMap& classes) {
  return std::unique_ptr<LabelWriter>(std::make_unique<MotWriter>(folder, dataset, classes));
}

}  // namespace prelabel
