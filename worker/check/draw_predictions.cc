#include "worker/check/draw_predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace prelabel {
namespace {

constexpr double kTint = 0.45;  // share of a mask's color

// Neighbors in the list of classes are far apart on the circle of hues: steps of the golden ratio.
cv::Scalar ColorOf(std::uint16_t class_id) {
  const double hue = std::fmod(0.58 + class_id * 0.618033988749895, 1.0) * 6;
  const auto channel = [hue](double offset) {  // of full saturation and value
    const double at = std::fmod(hue + offset, 6.0);
    return 255 * std::clamp(std::abs(at - 3) - 1, 0.0, 1.0);
  };
  return {channel(2), channel(4), channel(0)};  // blue, green, red
}

void Tint(cv::Mat& picture, const Rle& rle, const cv::Scalar& color) {
  if (rle.width != static_cast<std::uint32_t>(picture.cols) ||
      rle.height != static_cast<std::uint32_t>(picture.rows)) {
    return;
  }
  const Mask mask = DecodeMask(rle);
  for (int y = 0; y < picture.rows; ++y) {
    auto* row = picture.ptr<cv::Vec3b>(y);
    const std::uint8_t* set = mask.pixels.data() + static_cast<std::size_t>(y) * mask.width;
    for (int x = 0; x < picture.cols; ++x) {
      if (set[x] == 0) continue;
      for (int c = 0; c < 3; ++c) {
        row[x][c] = cv::saturate_cast<std::uint8_t>((1 - kTint) * row[x][c] + kTint * color[c]);
      }
    }
  }
}

struct Pen {
  explicit Pen(const cv::Mat& picture)
      : line(std::max(1, std::min(picture.rows, picture.cols) / 250)),
        scale(std::max(0.4, std::min(picture.rows, picture.cols) / 1200.0)),
        text(std::max(1, static_cast<int>(std::lround(scale)))) {}
  int line;
  double scale;
  int text;  // thickness of letters
};

void DrawBox(cv::Mat& picture, const Pen& pen, const Box& box, const std::string& label,
             const cv::Scalar& color) {
  const cv::Rect whole(0, 0, picture.cols, picture.rows);
  const cv::Rect outer = cv::Rect(cv::Point(cvFloor(box.x1), cvFloor(box.y1)),
                                  cv::Point(std::max(cvCeil(box.x2), cvFloor(box.x1) + 1),
                                            std::max(cvCeil(box.y2), cvFloor(box.y1) + 1))) &
                         whole;
  if (outer.empty()) return;
  const int line = std::min({pen.line, outer.width, outer.height});
  for (const cv::Rect& side : {cv::Rect(outer.x, outer.y, outer.width, line),
                               cv::Rect(outer.x, outer.br().y - line, outer.width, line),
                               cv::Rect(outer.x, outer.y, line, outer.height),
                               cv::Rect(outer.br().x - line, outer.y, line, outer.height)}) {
    picture(side & whole).setTo(color);
  }
  int below = 0;
  const cv::Size size =
      cv::getTextSize(label, cv::FONT_HERSHEY_SIMPLEX, pen.scale, pen.text, &below);
  const int height = size.height + below + 2;
  // Above the box, or within where the picture ends; to the left where it would leave the picture.
  const int top = outer.y >= height ? outer.y - height : outer.y;
  const int left = std::max(0, std::min(outer.x, picture.cols - size.width - 2));
  const cv::Rect plate = cv::Rect(left, top, size.width + 2, height) & whole;
  picture(plate).setTo(color);
  const double light = 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2];
  cv::putText(picture, label, {left + 1, top + size.height + 1}, cv::FONT_HERSHEY_SIMPLEX,
              pen.scale, light > 128 ? cv::Scalar::all(0) : cv::Scalar::all(255), pen.text,
              cv::LINE_AA);
}

}  // namespace

Result<Image> DrawPredictions(const Image& image, const ItemResult& item,
                              const std::vector<std::string>& classes) {
  Image drawn = image;
  try {
    cv::Mat picture(drawn.height, drawn.width, CV_8UC3, drawn.bgr.data());
    const Pen pen(picture);
    for (std::size_t i = item.predictions.size(); i-- > 0;) {
      const Prediction& found = item.predictions[i];
      const cv::Scalar color = ColorOf(found.class_id);
      if (i < item.masks.size()) Tint(picture, item.masks[i], color);
    }
    for (std::size_t i = item.predictions.size(); i-- > 0;) {
      const Prediction& found = item.predictions[i];
      DrawBox(picture, pen, found.box,
              fmt::format("{} {:.2f}", classes[found.class_id], found.score),
              ColorOf(found.class_id));
    }
  } catch (const std::exception& error) {
    return Internal(std::string("the picture cannot be drawn: ") + error.what());
  }
  return drawn;
}

}  // namespace prelabel
