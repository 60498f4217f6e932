// What the codecs of messages, results and video indexes share. Internal to them: it shows
// protobuf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/box.h"
#include "common/labels/prediction.h"
#include "common/wire/prelabel.pb.h"
#include "common/wire/wire_limits.h"

namespace prelabel {

inline constexpr std::size_t kMaxText = 4096;  // reasons, paths, names
inline constexpr int kMaxItems = 1 << 20;      // items, frames, tasks or acknowledgements a message
inline constexpr int kMaxPredictions = 1 << 20;  // an item
inline constexpr int kMaxClasses = 1 << 16;
inline constexpr std::uint32_t kMaxImageSide = 1U << 20;
inline constexpr std::int64_t kMaxPackets = std::int64_t{1} << 26;  // of a video

Error Malformed(const char* what);

inline bool TextFits(const std::string& text) { return text.size() <= kMaxText; }

bool AllFinite(const google::protobuf::RepeatedField<float>& values);

inline void PackBox(const Box& box, google::protobuf::RepeatedField<float>& out) {
  out.Add(box.x1);
  out.Add(box.y1);
  out.Add(box.x2);
  out.Add(box.y2);
}

inline Box UnpackBox(const google::protobuf::RepeatedField<float>& boxes, int i) {
  return {boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]};
}

void PackPredictions(const std::vector<Prediction>& predictions, wire::Predictions& out);
Result<std::vector<Prediction>> UnpackPredictions(const wire::Predictions& in);

std::string PackBytes(const std::vector<std::uint8_t>& bytes);
// At most `most` descriptors.
Result<std::vector<std::uint8_t>> UnpackAppearance(const std::string& bytes, std::size_t most);

// Frames ascend: the first, then the steps between.
template <class Steps>
void PackSteps(const std::vector<std::int64_t>& frames, Steps& out) {
  std::int64_t before = 0;
  for (const std::int64_t frame : frames) {
    out.Add(frame - before);
    before = frame;
  }
}

template <class Steps>
Result<std::vector<std::int64_t>> UnpackSteps(const Steps& in) {
  constexpr std::int64_t kMostFrames = std::int64_t{1} << 40;
  std::vector<std::int64_t> frames;
  std::int64_t frame = 0;
  for (const std::int64_t step : in) {
    const bool first = frames.empty();
    if (step < (first ? 0 : 1) || step > kMostFrames || frame > kMostFrames - step) {
      return Malformed("frames do not ascend");
    }
    frames.push_back(frame += step);
  }
  return frames;
}

template <class Message>
Result<void> Parse(Message& message, WireRoot root, std::string_view bytes) {
  PRELABEL_TRY(CheckWireLimits(root, bytes));
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Malformed("not this protocol's");
  }
  return Ok();
}

}  // namespace prelabel
