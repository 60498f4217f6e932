#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/labels/keyframe_selection.h"
#include "common/labels/track.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_studio_text.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/formats/shape_outline.h"
#include "coordinator/formats/track_stretches.h"

namespace prelabel {
namespace {

struct VideoTrack {
  int category = 0;
  std::vector<TrackPoint> points;
};

// A list of tasks that is written as they come.
class TaskFile {
 public:
  explicit TaskFile(OutputFile file) : file_(std::move(file)) { file_.Append("["); }

  // `data` and `result` as members and elements in JSON.
  Result<void> Add(const std::string& data, std::optional<float> score, const std::string& result) {
    fmt::format_to(std::back_inserter(file_.buffer()),
                   "{}  {{\"data\": {{{}}},\n   \"predictions\": [{{\"model_version\": "
                   "\"prelabel\", {}\"result\": [{}]}}]}}",
                   std::exchange(separator_, ",\n"), data,
                   score ? fmt::format("\"score\": {:.4f}, ", *score) : "", result);
    return file_.Spill();
  }

  Result<void> Finish() {
    file_.Append("\n]\n");
    return file_.Commit();
  }

 private:
  OutputFile file_;
  const char* separator_ = "\n";
};

class LabelStudioWriter : public LabelWriter {
 public:
  LabelStudioWriter(std::filesystem::path folder, const Dataset& dataset, const ClassMap& classes,
                    float min_iou)
      : folder_(std::move(folder)),
        dataset_(dataset),
        names_(dataset),
        whole_pictures_(classes.whole_pictures),
        min_iou_(min_iou) {
    for (const Category& category : classes.categories) classes_.push_back(category.name);
  }

  Result<void> Open() {
    for (const SourceItems& source : dataset_.sources) {
      const bool video = source.kind == SourceKind::kVideo;
      std::optional<TaskFile>& file = video ? videos_ : images_;
      if (file) continue;
      PRELABEL_TRY(OutputFile output,
                   OutputFile::Create(folder_ / (video ? "videos.json" : "images.json")));
      file.emplace(std::move(output));
    }
    return Ok();
  }

  Result<void> Add(const LabeledItem& item) override {
    if (dataset_.sources[item.source.value].kind == SourceKind::kVideo) return AddFrame(item);
    if (item.width <= 0 || item.height <= 0) return Ok();
    std::string result;
    std::optional<float> score;
    for (std::size_t i = 0; i < item.labels.size(); ++i) {
      const Label& label = item.labels[i];
      PRELABEL_TRY(const std::string region, Region(label, item, i + 1));
      result += (i == 0 ? "\n      " : ",\n      ") + region;
      score = std::min(score.value_or(label.score), label.score);
    }
    return images_->Add("\"image\": " + File(names_.FileName(item.source, item.item)), score,
                        result);
  }

  Result<void> Finish() override {
    PRELABEL_TRY(WriteVideo());
    if (images_) {
      PRELABEL_TRY(images_->Finish());
      PRELABEL_TRY(WriteWholeFile(
          folder_ / "images.xml",
          "<View>\n  <Image name=\"image\" value=\"$image\"/>\n" +
              (whole_pictures_ ? LabelStudioChoices(classes_)
                               : LabelStudioLabels("RectangleLabels", kLabelStudioBox,
                                                   kLabelStudioImage, classes_)) +
              (brushes_ ? LabelStudioLabels("BrushLabels", kLabelStudioBrush, kLabelStudioImage,
                                            classes_)
                        : "") +
              "</View>\n"));
    }
    if (!videos_) return Ok();
    PRELABEL_TRY(videos_->Finish());
    return WriteWholeFile(folder_ / "videos.xml",
                          "<View>\n" +
                              LabelStudioLabels("Labels", "class", kLabelStudioVideo, classes_) +
                              "  <Video name=\"video\" value=\"$video\" framerate=\"$fps\"/>\n"
                              "  <VideoRectangle name=\"box\" toName=\"video\"/>\n</View>\n");
  }

 private:
  static std::string File(const std::string& name) { return JsonString(LabelStudioFile(name)); }

  Result<std::string> Region(const Label& label, const LabeledItem& item, std::size_t number) {
    const LabelStudioRegion region{fmt::format("label{}", number),
                                   classes_[static_cast<std::size_t>(label.category)], item.width,
                                   item.height, label.score};
    if (whole_pictures_) return LabelStudioChoice(region);
    if (const auto mask = MaskOf(label, item.width, item.height)) {
      Result<std::string> brush = LabelStudioBrush(region, *mask);
      if (brush) {
        brushes_ = true;
        return brush;
      }
    }
    return LabelStudioRectangle(
        region, Clip(label.box, static_cast<float>(item.width), static_cast<float>(item.height)));
  }

  Result<void> AddFrame(const LabeledItem& item) {
    if (open_ != item.source) {
      PRELABEL_TRY(WriteVideo());
      open_ = item.source;
    }
    for (const Label& label : item.labels) {
      VideoTrack& track = tracks_[label.track_id];
      track.category = label.category;
      track.points.push_back(
          {static_cast<std::int64_t>(item.item), label.box, label.score, label.source});
    }
    return Ok();
  }

  Result<void> WriteVideo() {
    if (!open_) return Ok();
    const SourceItems& source = dataset_.sources[std::exchange(open_, std::nullopt)->value];
    std::string result;
    std::optional<float> score;
    for (const auto& [id, track] : tracks_) {
      PRELABEL_TRY(const std::string region, TrackRegion(source, id, track));
      result += (result.empty() ? "\n      " : ",\n      ") + region;
      for (const TrackPoint& point : track.points) {
        score = std::min(score.value_or(point.score), point.score);
      }
    }
    tracks_.clear();
    const std::string file = std::filesystem::path(source.files.front()).filename().string();
    return videos_->Add(
        fmt::format("\"video\": {}, \"fps\": {:.6g}", File(file), source.index.FrameRate()), score,
        result);
  }

  // Keyframes, between which Label Studio interpolates; one that is not enabled is the last before
  // the object is gone. Frames count from 1.
  Result<std::string> TrackRegion(const SourceItems& source, std::uint32_t id,
                                  const VideoTrack& track) const {
    const auto frames = static_cast<std::int64_t>(source.ItemCount());
    const double width = source.index.width > 0 ? source.index.width : 1;
    const double height = source.index.height > 0 ? source.index.height : 1;
    std::string sequence;
    double sum = 0;
    for (const TrackPoint& point : track.points) sum += point.score;
    PRELABEL_TRY(
        VisitStretches(track.points, [&](std::span<const TrackPoint> stretch) -> Result<void> {
          for (const std::size_t i : FewestKeyframes(stretch, min_iou_)) {
            const TrackPoint& point = stretch[i];
            const bool ends = i + 1 == stretch.size() && point.frame + 1 < frames;
            fmt::format_to(std::back_inserter(sequence),
                           "{}{{\"frame\": {}, \"enabled\": {}, \"rotation\": 0, \"x\": {:.6f}, "
                           "\"y\": {:.6f}, \"width\": {:.6f}, \"height\": {:.6f}, \"time\": "
                           "{:.6f}}}",
                           sequence.empty() ? "" : ",\n        ", point.frame + 1, !ends,
                           100 * point.box.x1 / width, 100 * point.box.y1 / height,
                           100 * point.box.Width() / width, 100 * point.box.Height() / height,
                           source.index.TimestampSeconds(point.frame));
          }
          return Ok();
        }));
    const double rate = source.index.FrameRate();
    return fmt::format(
        "{{\"id\": \"track{}\", \"type\": \"videorectangle\", \"from_name\": \"{}\", \"to_name\": "
        "\"{}\", \"original_width\": {}, \"original_height\": {}, \"score\": {:.4f}, \"value\": "
        "{{\"framesCount\": {}, \"duration\": {:.6f}, \"labels\": [{}], \"sequence\": "
        "[\n        {}]}}}}",
        id, kLabelStudioBox, kLabelStudioVideo, source.index.width, source.index.height,
        sum / static_cast<double>(track.points.size()), frames,
        rate > 0 ? static_cast<double>(frames) / rate : 0.0,
        JsonString(classes_[static_cast<std::size_t>(track.category)]), sequence);
  }

  std::filesystem::path folder_;
  const Dataset& dataset_;
  ItemNames names_;
  std::vector<std::string> classes_;
  bool whole_pictures_;
  float min_iou_;
  std::optional<TaskFile> images_;  // where the dataset has any
  std::optional<TaskFile> videos_;
  bool brushes_ = false;
  std::optional<SourceId> open_;
  std::map<std::uint32_t, VideoTrack> tracks_;  // of the open video, by id
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenLabelStudioWriter(const std::filesystem::path& folder,
                                                           const Dataset& dataset,
                                                           const ClassMap& classes, float min_iou) {
  auto writer = std::make_unique<LabelStudioWriter>(folder, dataset, classes, min_iou);
  PRELABEL_TRY(writer->Open());
  return std::unique_ptr<LabelWriter>(std::move(writer));
}

}  // namespace prelabel
