#include "common/media/motion.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <iterator>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/media/opencv_threads.h"

namespace prelabel {
namespace {

constexpr int kMostCorners = 50;
constexpr double kQuality = 0.01;  // of a corner, of the best one's (goodFeaturesToTrack)
constexpr double kApart = 3;       // pixels between corners
constexpr int kWindow = 15;        // pixels around a corner that are looked for
constexpr int kLevels = 3;  // of the pyramid above the picture: up to some 100 pixels a frame
constexpr std::size_t kFewest = 6;         // corners that came back; fewer say nothing
constexpr float kLargestReturn = 2;        // pixels between a corner and where it came back to
constexpr int kSmallestBox = 8;            // pixels, its shorter side within the picture
constexpr std::int64_t kFewestFrames = 8;  // that are kept whatever their size

float Median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Corner {
  cv::Point2f before;
  cv::Point2f after;
  float miss = 0;  // pixels between it and where it came back to
};

// Grayscale frames of a video; those farthest from the present one are forgotten.
class GrayFrames {
 public:
  GrayFrames(std::unique_ptr<FrameSource> frames, std::size_t cache_bytes)
      : frames_(std::move(frames)), cache_bytes_(cache_bytes) {}

  Result<cv::Mat> At(std::int64_t frame) {
    if (const auto it = kept_.find(frame); it != kept_.end()) return it->second;
    std::int64_t begin = frame;
    // A step back: sources read forward, so the way here is read at once.
    if (kept_.contains(frame + 1)) begin = std::max<std::int64_t>(0, frame - capacity_ / 2 + 1);
    for (std::int64_t i = begin; i < frame; ++i) {
      // For later: a failure is told when that frame is asked for.
      if (!kept_.contains(i)) static_cast<void>(Keep(i, frame).has_value());
    }
    return Keep(frame, frame);
  }

 private:
  Result<cv::Mat> Keep(std::int64_t frame, std::int64_t center) {
    Result<cv::Mat> gray = Read(frame);
    // What may succeed another time is tried another time.
    if (gray.has_error() && gray.error().code != ErrorCode::kDataLoss) return gray;
    kept_.insert_or_assign(frame, gray);
    while (static_cast<std::int64_t>(kept_.size()) > capacity_) {
      const bool last = kept_.rbegin()->first - center > center - kept_.begin()->first;
      kept_.erase(last ? std::prev(kept_.end()) : kept_.begin());
    }
    return gray;
  }

  Result<cv::Mat> Read(std::int64_t frame) {
    PRELABEL_TRY(Image image, frames_->Read(frame));
    const cv::Mat bgr(image.height, image.width, CV_8UC3, image.bgr.data());
    cv::Mat gray;
    cv::cvtColor(bgr, gray, cv::COLOR_BGR2GRAY);
    capacity_ = std::max<std::int64_t>(
        kFewestFrames,
        static_cast<std::int64_t>(cache_bytes_ / std::max<std::size_t>(1, gray.total())));
    return gray;
  }

  std::unique_ptr<FrameSource> frames_;
  std::size_t cache_bytes_;
  std::int64_t capacity_ = kFewestFrames;
  std::map<std::int64_t, Result<cv::Mat>> kept_;
};

class OpticalFlow final : public MotionEstimator {
 public:
  OpticalFlow(std::unique_ptr<FrameSource> frames, std::size_t cache_bytes)
      : frames_(std::move(frames), cache_bytes) {
    UseOneThread();
  }

  Result<Displacement> Between(std::int64_t from_frame, std::int64_t to_frame,
                               const Box& box) override {
    try {
      PRELABEL_TRY(const cv::Mat from, frames_.At(from_frame));
      PRELABEL_TRY(const cv::Mat to, frames_.At(to_frame));
      return Measure(from, to, box);
    } catch (const std::exception& e) {
      return Internal(std::string("optical flow failed: ") + e.what());
    }
  }

 private:
  static Displacement Measure(const cv::Mat& from, const cv::Mat& to, const Box& box);

  GrayFrames frames_;
};

std::vector<Corner> FollowCorners(const cv::Mat& from, const cv::Mat& to, const cv::Rect& inside,
                                  const cv::Rect& around, std::size_t& tried) {
  std::vector<cv::Point2f> before;
  cv::goodFeaturesToTrack(from(inside), before, kMostCorners, kQuality, kApart);
  tried = before.size();
  if (before.size() < kFewest) return {};
  const cv::Point2f shift = inside.tl() - around.tl();
  for (cv::Point2f& point : before) point += shift;
  std::vector<cv::Point2f> after;
  std::vector<cv::Point2f> back;
  std::vector<unsigned char> found;
  std::vector<unsigned char> found_back;
  const cv::Size window(kWindow, kWindow);
  cv::calcOpticalFlowPyrLK(from(around), to(around), before, after, found, cv::noArray(), window,
                           kLevels);
  cv::calcOpticalFlowPyrLK(to(around), from(around), after, back, found_back, cv::noArray(), window,
                           kLevels);
  std::vector<Corner> corners;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const cv::Point2f off = back[i] - before[i];
    const float miss = std::hypot(off.x, off.y);
    if (found[i] == 0 || found_back[i] == 0 || !(miss <= kLargestReturn)) continue;
    corners.push_back({before[i], after[i], miss});
  }
  return corners;
}

Displacement OpticalFlow::Measure(const cv::Mat& from, const cv::Mat& to, const Box& box) {
  if (from.size() != to.size()) return {};
  const cv::Rect picture(0, 0, from.cols, from.rows);
  // Casting a number that no int holds is undefined.
  const Box within = Clip(box, static_cast<float>(from.cols), static_cast<float>(from.rows));
  if (!(within.x1 < within.x2) || !(within.y1 < within.y2)) return {};
  const cv::Rect inside(cv::Point(cvRound(within.x1), cvRound(within.y1)),
                        cv::Point(cvRound(within.x2), cvRound(within.y2)));
  if (inside.width < kSmallestBox || inside.height < kSmallestBox) return {};
  // Enough room for the motion of a frame, and no more pixels than that to build pyramids of.
  const int margin = std::max(inside.width, inside.height) / 2 + 32;
  const cv::Rect around = cv::Rect(inside.x - margin, inside.y - margin, inside.width + 2 * margin,
                                   inside.height + 2 * margin) &
                          picture;
  std::size_t tried = 0;
  std::vector<Corner> corners = FollowCorners(from, to, inside, around, tried);
  if (corners.size() < kFewest) return {};
  const float trust = static_cast<float>(corners.size()) / static_cast<float>(tried);
  std::stable_sort(corners.begin(), corners.end(),
                   [](const Corner& a, const Corner& b) { return a.miss < b.miss; });
  corners.resize((corners.size() + 1) / 2);
  std::vector<float> scales;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double before = cv::norm(corners[i].before - corners[j].before);
      const double after = cv::norm(corners[i].after - corners[j].after);
      if (before > 1) scales.push_back(static_cast<float>(after / before));
    }
  }
  const float scale = scales.empty() ? 1 : Median(scales);
  // Corners need not lie evenly around the center, which growth moves them away from.
  const cv::Point2f center((box.x1 + box.x2) / 2 - static_cast<float>(around.x),
                           (box.y1 + box.y2) / 2 - static_cast<float>(around.y));
  std::vector<float> dx;
  std::vector<float> dy;
  for (const Corner& corner : corners) {
    const cv::Point2f moved = corner.after - center - scale * (corner.before - center);
    dx.push_back(moved.x);
    dy.push_back(moved.y);
  }
  return {Median(dx), Median(dy), scale, trust};
}

}  // namespace

std::unique_ptr<MotionEstimator> MakeOpticalFlow(std::unique_ptr<FrameSource> frames,
                                                 std::size_t cache_bytes) {
  return std::make_unique<OpticalFlow>(std::move(frames), cache_bytes);
}

}  // namespace prelabel
