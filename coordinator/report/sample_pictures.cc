#include "coordinator/report/sample_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "common/media/image_codec.h"
#include "coordinator/formats/item_names.h"

namespace prelabel {
namespace {

constexpr int kMostWidth = 960;
constexpr int kJpegQuality = 82;

// Draws into a copy that is narrow enough; the boxes shrink with it, their outlines do not.
Result<SamplePicture> DrawSample(const Sample& sample, const ClassMap& classes, Image image) {
  float scale_x = 1;
  float scale_y = 1;
  if (image.width > kMostWidth) {
    const int height =
        std::max(1, static_cast<int>(std::lround(static_cast<double>(image.height) * kMostWidth /
                                                 static_cast<double>(image.width))));
    scale_x = static_cast<float>(kMostWidth) / static_cast<float>(image.width);
    scale_y = static_cast<float>(height) / static_cast<float>(image.height);
    image = ResizeStretch(image, kMostWidth, height);
  }
  SamplePicture picture;
  // Texts overlap in crowds: the most confident come last and stay readable.
  std::vector<Label> labels = sample.labels;
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.score < b.score; });
  std::vector<DrawnBox> boxes;
  for (const Label& label : labels) {
    DrawnBox drawn;
    drawn.box = {label.box.x1 * scale_x, label.box.y1 * scale_y, label.box.x2 * scale_x,
                 label.box.y2 * scale_y};
    drawn.text = fmt::format("{} {:.2f}", classes.categories[label.category].name, label.score);
    drawn.rgb = CategoryColor(label.category);
    drawn.dashed = label.source == LabelSource::kInterpolated;
    picture.interpolated += drawn.dashed ? 1 : 0;
    boxes.push_back(std::move(drawn));
  }
  DrawBoxes(image, boxes);
  picture.labels = boxes.size();
  picture.width = image.width;
  picture.height = image.height;
  PRELABEL_TRY(picture.jpeg, EncodeJpeg(image, kJpegQuality));
  return picture;
}

}  // namespace

std::vector<SamplePicture> DrawSamples(const std::vector<Sample>& samples, const Dataset& dataset,
                                       const ClassMap& classes, const PictureReader& read) {
  const ItemNames names(dataset);
  std::vector<SamplePicture> pictures;
  for (const Sample& sample : samples) {
    Result<Image> image = read(sample.source, sample.item);
    if (image.has_error() || image.value().empty()) continue;
    Result<SamplePicture> picture = DrawSample(sample, classes, std::move(image).value());
    if (picture.has_error()) continue;
    picture.value().name = names.FileName(sample.source, sample.item);
    pictures.push_back(std::move(picture).value());
  }
  return pictures;
}

}  // namespace prelabel
