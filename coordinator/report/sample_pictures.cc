#include "coordinator/report/sample_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "common/media/image_codec.h"
#include "coordinator/formats/item_names.h"

namespace prelabel {
namespace {

constexpr int kJpegQuality = 82;

// Narrow enough for a page; the boxes shrink with it.
Result<SamplePicture> TakeSample(const Sample& sample, Image image, int most_width) {
  float scale_x = 1;
  float scale_y = 1;
  if (image.width > most_width) {
    const int height =
        std::max(1, static_cast<int>(std::lround(static_cast<double>(image.height) * most_width /
                                                 static_cast<double>(image.width))));
    scale_x = static_cast<float>(most_width) / static_cast<float>(image.width);
    scale_y = static_cast<float>(height) / static_cast<float>(image.height);
    image = ResizeStretch(image, most_width, height);
  }
  SamplePicture picture;
  for (const Label& label : sample.labels) {
    picture.boxes.push_back({{label.box.x1 * scale_x, label.box.y1 * scale_y,
                              label.box.x2 * scale_x, label.box.y2 * scale_y},
                             label.category,
                             label.score,
                             label.source == LabelSource::kInterpolated,
                             label.track_id});
  }
  picture.width = image.width;
  picture.height = image.height;
  PRELABEL_TRY(picture.jpeg, EncodeJpeg(image, kJpegQuality));
  return picture;
}

}  // namespace

std::vector<SamplePicture> TakeSamples(const std::vector<Sample>& samples, const Dataset& dataset,
                                       const PictureReader& read, int most_width) {
  const ItemNames names(dataset);
  std::vector<SamplePicture> pictures;
  for (const Sample& sample : samples) {
    Result<Image> image = read(sample.source, sample.item);
    if (image.has_error() || image.value().empty()) continue;
    Result<SamplePicture> picture = TakeSample(sample, std::move(image).value(), most_width);
    if (picture.has_error()) continue;
    picture.value().note = sample.note;
    picture.value().name = names.FileName(sample.source, sample.item);
    pictures.push_back(std::move(picture).value());
  }
  return pictures;
}

}  // namespace prelabel
