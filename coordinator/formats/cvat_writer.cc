#include <cmath>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/labels/keyframe_selection.h"
#include "common/labels/track.h"
#include "coordinator/formats/cvat_images_writer.h"
#include "coordinator/formats/cvat_keyframes.h"
#include "coordinator/formats/cvat_text.h"
#include "coordinator/formats/drawn_categories.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/formats/track_stretches.h"
#include "coordinator/formats/xml_text.h"

namespace prelabel {
namespace {

// The box as it is written, so that keyframes are chosen for what readers will interpolate.
Box Rounded(const Box& box) {
  const auto hundredths = [](float value) {
    return static_cast<float>(static_cast<double>(std::llround(double{value} * 100)) / 100);
  };
  return {hundredths(box.x1), hundredths(box.y1), hundredths(box.x2), hundredths(box.y2)};
}

struct VideoTrack {
  int category = 0;
  std::vector<TrackPoint> points;
};

class CvatWriter : public LabelWriter {
 public:
  CvatWriter(std::filesystem::path folder, const Dataset& dataset, const ClassMap& classes,
             LabelFileInfo info, CvatOptions options)
      : folder_(std::move(folder)),
        dataset_(dataset),
        classes_(classes),
        info_(std::move(info)),
        options_(options),
        images_(OpenCvatImagesWriter(folder_, dataset, classes, info_)) {}

  Result<void> Add(const LabeledItem& item) override {
    const SourceItems& source = dataset_.sources[item.source.value];
    if (source.kind != SourceKind::kVideo) return images_->Add(item);
    if (open_ != item.source) {
      PRELABEL_TRY(WriteVideo());
      open_ = item.source;
    }
    // What a person drew is there already, but for where boxes went that followed what is seen.
    const bool drawn = source.drawn != nullptr;
    if (drawn && options_.interpolation != InterpolationMethod::kFlow) return Ok();
    for (const Label& label : item.labels) {
      if (drawn && !IsUprightBox(label)) continue;
      VideoTrack& track = tracks_[label.track_id];
      track.category = label.category;
      track.points.push_back(
          {static_cast<std::int64_t>(item.item), Rounded(label.box), label.score, label.source});
    }
    return Ok();
  }

  Result<void> Finish() override {
    PRELABEL_TRY(WriteVideo());
    return images_->Finish();
  }

 private:
  Result<void> WriteVideo() {
    if (!open_.has_value()) return Ok();
    const SourceItems& source = dataset_.sources[open_->value];
    const auto frames = static_cast<std::int64_t>(source.ItemCount());
    PRELABEL_TRY(OutputFile file, OutputFile::Create(folder_ / (source.name + ".xml")));
    WriteHead(source, file);
    if (source.drawn != nullptr) {
      for (const ShapeTrack& track : source.drawn->tracks) {
        PRELABEL_TRY(WriteDrawn(track, frames, file));
      }
    }
    if (source.drawn != nullptr) tracks_.clear();
    for (const auto& [id, track] : tracks_) {
      fmt::format_to(std::back_inserter(file.buffer()),
                     "  <track id=\"{}\" label=\"{}\" source=\"auto\">\n", id - 1,
                     XmlText(classes_.categories[static_cast<std::size_t>(track.category)].name));
      PRELABEL_TRY(WriteTrack(track.points, frames, file));
      file.Append("  </track>\n");
      PRELABEL_TRY(file.Spill());
    }
    file.Append("</annotations>\n");
    PRELABEL_TRY(file.Commit());
    tracks_.clear();
    open_.reset();
    return Ok();
  }

  static bool IsUprightBox(const Label& label) {
    return label.drawn == nullptr ||
           (label.drawn->shape.kind == ShapeKind::kBox && label.drawn->shape.rotation == 0);
  }

  std::span<const TrackPoint> BoxesOf(const ShapeTrack& track) const {
    const auto at = tracks_.find(track.id);
    return at == tracks_.end() ? std::span<const TrackPoint>() : at->second.points;
  }

  Result<void> WriteDrawn(const ShapeTrack& track, std::int64_t frames, OutputFile& file) const {
    const auto category = classes_.category_of_drawn.find(track.label);
    if (category == classes_.category_of_drawn.end()) return Ok();
    fmt::format_to(std::back_inserter(file.buffer()),
                   "  <track id=\"{}\" label=\"{}\" source=\"manual\">\n", track.id - 1,
                   XmlText(classes_.categories[static_cast<std::size_t>(category->second)].name));
    for (const ShapeKeyframe& keyframe :
         CvatKeyframes(track, options_.interpolation, frames, options_.min_iou, BoxesOf(track))) {
      PRELABEL_TRY(AppendCvatShape(keyframe, file.buffer()));
      PRELABEL_TRY(file.Spill());
    }
    file.Append("  </track>\n");
    return file.Spill();
  }

  void WriteHead(const SourceItems& source, OutputFile& file) const {
    const std::uint64_t frames = source.ItemCount();
    auto out = std::back_inserter(file.buffer());
    fmt::format_to(out,
                   "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                   "<!-- prelabel {}: {} -->\n"
                   "<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n"
                   "      <name>{}</name>\n      <size>{}</size>\n"
                   "      <mode>interpolation</mode>\n      <overlap>0</overlap>\n"
                   "      <start_frame>0</start_frame>\n      <stop_frame>{}</stop_frame>\n"
                   "      <frame_filter></frame_filter>\n      <labels>\n",
                   XmlText(info_.version), XmlComment(info_.description), XmlText(source.name),
                   frames, frames == 0 ? 0 : frames - 1);
    std::vector<DeclaredLabel> labels = DeclareCategories(source, classes_);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (source.drawn == nullptr) {
        labels[i].type = "rectangle";
        labels[i].attributes = {{"score", true, "text", {}, ""}};
      }
      AppendCvatLabel(labels[i], CvatColor(i), file.buffer());
    }
    fmt::format_to(out,
                   "      </labels>\n      <original_size>\n        <width>{}</width>\n"
                   "        <height>{}</height>\n      </original_size>\n    </task>\n"
                   "    <source>{}</source>\n  </meta>\n",
                   source.index.width, source.index.height,
                   XmlText(std::filesystem::path(source.files.front()).filename().string()));
  }

  // Stretches without a gap, each closed where it ends before the video does.
  Result<void> WriteTrack(std::span<const TrackPoint> points, std::int64_t frames,
                          OutputFile& file) const {
    return VisitStretches(points, [&](std::span<const TrackPoint> stretch) -> Result<void> {
      for (const std::size_t i : FewestKeyframes(stretch, options_.min_iou)) {
        WriteShape(stretch[i], file);
        PRELABEL_TRY(file.Spill());
      }
      TrackPoint last = stretch.back();
      if (++last.frame < frames) WriteShape(last, file, /*outside=*/true);
      return Ok();
    });
  }

  static void WriteShape(const TrackPoint& point, OutputFile& file, bool outside = false) {
    const Box& box = point.box;
    auto out = std::back_inserter(file.buffer());
    fmt::format_to(out,
                   "    <box frame=\"{}\" keyframe=\"1\" outside=\"{}\" occluded=\"0\" "
                   "xtl=\"{:.2f}\" ytl=\"{:.2f}\" xbr=\"{:.2f}\" ybr=\"{:.2f}\" z_order=\"0\">\n",
                   point.frame, outside ? 1 : 0, box.x1, box.y1, box.x2, box.y2);
    fmt::format_to(out, "      <attribute name=\"score\">{:.4f}</attribute>\n    </box>\n",
                   point.score);
  }

  std::filesystem::path folder_;
  const Dataset& dataset_;
  const ClassMap& classes_;
  LabelFileInfo info_;
  CvatOptions options_;
  std::unique_ptr<LabelWriter> images_;
  std::optional<SourceId> open_;
  std::map<std::uint32_t, VideoTrack> tracks_;  // of the open video, by id
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenCvatWriter(const std::filesystem::path& folder,
                                                    const Dataset& dataset, const ClassMap& classes,
                                                    const LabelFileInfo& info,
                                                    const CvatOptions& options) {
  return std::unique_ptr<LabelWriter>(
      std::make_unique<CvatWriter>(folder, dataset, classes, info, options));
}

}  // namespace prelabel
