#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/formats/output_folder.h"
#include "coordinator/formats/picture_files.h"
#include "coordinator/formats/shape_outline.h"

namespace prelabel {
namespace {

// Coordinates are millionths of the image's sides.
constexpr std::int64_t kWhole = 1000000;

std::int64_t Millionths(double pixels, int side) {
  return std::clamp<std::int64_t>(std::llround(pixels / side * kWhole), 0, kWhole);
}

// Columns 2 to 5 of a row; empty where nothing of the box is in the image. Centers have a digit
// more than sides, so that the edges are exact and none leaves the image by rounding.
std::string BoxColumns(const Box& box, int width, int height) {
  const std::int64_t x1 = Millionths(box.x1, width);
  const std::int64_t y1 = Millionths(box.y1, height);
  const std::int64_t x2 = Millionths(box.x2, width);
  const std::int64_t y2 = Millionths(box.y2, height);
  if (x1 >= x2 || y1 >= y2) return {};
  const auto share = [](std::int64_t value, double whole) {
    return static_cast<double>(value) / (whole * kWhole);
  };
  return fmt::format(" {:.7f} {:.7f} {:.6f} {:.6f}", share(x1 + x2, 2), share(y1 + y2, 2),
                     share(x2 - x1, 1), share(y2 - y1, 1));
}

// Empty where nothing is enclosed.
std::string PolygonColumns(const Label& label, int width, int height) {
  if (BoxColumns(label.box, width, height).empty()) return {};
  std::string columns;
  for (const Position& point : Joined(OutlinesOf(label))) {
    fmt::format_to(std::back_inserter(columns), " {:.6f} {:.6f}",
                   static_cast<double>(Millionths(point.x, width)) / kWhole,
                   static_cast<double>(Millionths(point.y, height)) / kWhole);
  }
  return columns;
}

// Where a picture belongs, below data.yaml: in images/train, or if one of its folders is called
// images already, under its own name.
std::string PictureFile(const std::string& name) {
  const bool has_images = ("/" + name).find("/images/") != std::string::npos;
  return (has_images ? "./" : "./images/train/") + name;
}

// Where trainers look for its labels: the last folder called images is exchanged for labels
// (ultralytics/data/utils.py, img2label_paths).
std::string LabelFile(const std::string& picture) {
  std::string path = fmt::format("{}.txt", PictureStem(picture));
  path.replace(path.rfind("/images/"), 8, "/labels/");
  return path.substr(2);  // without "./"
}

class YoloWriter : public LabelWriter {
 public:
  YoloWriter(std::filesystem::path folder, const Dataset& dataset, const ClassMap& classes,
             LabelFileInfo info, YoloTask task, OutputFolder labels, OutputFile list,
             OutputFile scores)
      : folder_(std::move(folder)),
        classes_(classes),
        info_(std::move(info)),
        task_(task),
        names_(dataset),
        labels_(std::move(labels)),
        list_(std::move(list)),
        scores_(std::move(scores)) {}

  Result<void> Add(const LabeledItem& item) override {
    if (item.width <= 0 || item.height <= 0) return Ok();
    const std::string picture = PictureFile(names_.FileName(item.source, item.item));
    const std::string file = LabelFile(picture);
    std::string rows;
    std::string scores;
    for (const Label& label : item.labels) {
      const std::string columns = task_ == YoloTask::kSegment
                                      ? PolygonColumns(label, item.width, item.height)
                                      : BoxColumns(label.box, item.width, item.height);
      if (columns.empty()) continue;
      rows += fmt::format("{}{}\n", label.category, columns);
      scores += fmt::format("{}{:.4f}", scores.empty() ? "" : ", ", label.score);
    }
    PRELABEL_TRY(labels_.Write(file, rows));
    list_.Append(picture + "\n");
    scores_.Append(fmt::format("{{\"file\": {}, \"scores\": [{}]}}\n", JsonString(file), scores));
    PRELABEL_TRY(scores_.Spill());
    return list_.Spill();
  }

  Result<void> Finish() override {
    PRELABEL_TRY(labels_.Commit());
    PRELABEL_TRY(list_.Commit());
    PRELABEL_TRY(scores_.Commit());
    // No `path`: trainers then take what stands here as relative to this file. Text in quotes is
    // the same in YAML and JSON.
    std::string text = fmt::format(
        "# prelabel {}: {}\n# Pictures belong here, under the names of train.txt.\n"
        "train: train.txt\nval: train.txt\nnames:{}\n",
        info_.version, JsonString(info_.description), classes_.categories.empty() ? " {}" : "");
    for (std::size_t i = 0; i < classes_.categories.size(); ++i) {
      text += fmt::format("  {}: {}\n", i, JsonString(classes_.categories[i].name));
    }
    return WriteWholeFile(folder_ / "data.yaml", text);
  }

 private:
  std::filesystem::path folder_;
  const ClassMap& classes_;
  LabelFileInfo info_;
  YoloTask task_;
  ItemNames names_;
  OutputFolder labels_;
  OutputFile list_;
  OutputFile scores_;
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenYoloWriter(const std::filesystem::path& folder,
                                                    const Dataset& dataset, const ClassMap& classes,
                                                    const LabelFileInfo& info, YoloTask task) {
  PRELABEL_TRY(CheckPictureFiles(dataset, ".txt"));
  PRELABEL_TRY(OutputFolder labels, OutputFolder::Create(folder));
  PRELABEL_TRY(OutputFile list, OutputFile::Create(folder / "train.txt"));
  PRELABEL_TRY(OutputFile scores, OutputFile::Create(folder / "scores.jsonl"));
  return std::unique_ptr<LabelWriter>(std::make_unique<YoloWriter>(
      folder, dataset, classes, info, task, std::move(labels), std::move(list), std::move(scores)));
}

}  // namespace prelabel
