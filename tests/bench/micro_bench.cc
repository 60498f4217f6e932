// Google Benchmark of the pure inner functions: how long an item, a video or a million boxes take.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "common/base/float16.h"
#include "common/labels/interpolation.h"
#include "common/labels/linking.h"
#include "common/labels/nms.h"
#include "common/labels/shape_interpolation.h"
#include "common/wire/codec.h"

namespace prelabel {
namespace {

// A linear congruential generator (Numerical Recipes): the same inputs everywhere.
class Numbers {
 public:
  float Next() {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<float>(state_ >> 8) / 16777216.0F;
  }

 private:
  std::uint32_t state_ = 1;
};

std::vector<Prediction> RandomPredictions(std::size_t count, Numbers& numbers) {
  std::vector<Prediction> predictions(count);
  for (Prediction& p : predictions) {
    const float x = numbers.Next() * 700;
    const float y = numbers.Next() * 500;
    p.class_id = static_cast<std::uint16_t>(numbers.Next() * 3);
    p.score = numbers.Next();
    p.box = {x, y, x + 20 + numbers.Next() * 60, y + 40 + numbers.Next() * 100};
  }
  return predictions;
}

void BM_Nms(benchmark::State& state) {
  Numbers numbers;
  const auto predictions = RandomPredictions(static_cast<std::size_t>(state.range(0)), numbers);
  for (auto _ : state) benchmark::DoNotOptimize(Nms(predictions, 0.6F, 100));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Nms)->Arg(100)->Arg(1000);

// Pedestrians that walk steadily through a video of 1000 frames.
void BM_Link(benchmark::State& state) {
  std::vector<FrameDetections> frames(1000);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    frames[f].frame = static_cast<std::int64_t>(f);
    for (int k = 0; k < state.range(0); ++k) {
      const auto x = static_cast<float>(40 * k) + 0.5F * static_cast<float>(f);
      frames[f].predictions.push_back({0, 0.8F, {x, 100, x + 30, 180}});
    }
  }
  LinkOptions options;
  options.class_thresholds = {0.3F};
  for (auto _ : state) benchmark::DoNotOptimize(LinkDetections(frames, options));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(frames.size()));
}
BENCHMARK(BM_Link)->Arg(10)->Arg(50)->Unit(benchmark::kMillisecond);

// A million boxes from keyframes ten frames apart; linear and cubic.
void BM_Interpolate(benchmark::State& state) {
  const auto method = static_cast<InterpolationMethod>(state.range(0));
  std::vector<Keyframe> keyframes;
  for (std::int64_t frame = 0; frame <= 1000000; frame += 10) {
    const auto x = static_cast<float>(frame % 600);
    keyframes.push_back({frame, {x, 10, x + 30, 90}, 0.9F});
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(Interpolate(keyframes, method));
  }
  state.SetItemsProcessed(state.iterations() * 1000001);
}
BENCHMARK(BM_Interpolate)
    ->Arg(static_cast<int>(InterpolationMethod::kLinear))
    ->Arg(static_cast<int>(InterpolationMethod::kCubic))
    ->Unit(benchmark::kMillisecond);

// A thousand frames of a polygon with 30 points, drawn anew every ten frames; linear and cubic.
void BM_InterpolatePolygon(benchmark::State& state) {
  const auto method = static_cast<ShapeInterpolation>(state.range(0));
  ShapeTrack track;
  for (std::int64_t frame = 0; frame < 1000; frame += 10) {
    ShapeKeyframe keyframe;
    keyframe.frame = frame;
    keyframe.shape.kind = ShapeKind::kPolygon;
    for (int i = 0; i < 30; ++i) {
      const double angle = 0.2094 * i;
      const double radius = 50 + 10 * std::sin(3 * angle + 0.01 * static_cast<double>(frame));
      keyframe.shape.points.push_back({static_cast<float>(frame + radius * std::cos(angle)),
                                       static_cast<float>(radius * std::sin(angle))});
    }
    track.keyframes.push_back(keyframe);
  }
  for (auto _ : state) benchmark::DoNotOptimize(InterpolateShapes(track, method, 1000));
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(BM_InterpolatePolygon)
    ->Arg(static_cast<int>(ShapeInterpolation::kLinear))
    ->Arg(static_cast<int>(ShapeInterpolation::kCubic))
    ->Unit(benchmark::kMillisecond);

// Ten frames between two discs of about 31,000 pixels.
void BM_InterpolateMask(benchmark::State& state) {
  ShapeTrack track;
  for (const int k : {0, 1}) {
    Mask mask{300, 300, {}};
    for (int y = 0; y < 300; ++y) {
      for (int x = 0; x < 300; ++x) {
        mask.pixels.push_back(std::hypot(x - 150, y - 150) < 100 + 5 * k ? 1 : 0);
      }
    }
    ShapeKeyframe keyframe;
    keyframe.frame = std::int64_t{10} * k;
    keyframe.shape.kind = ShapeKind::kMask;
    keyframe.shape.mask = EncodeMask(mask);
    keyframe.shape.left = 15 * k;
    track.keyframes.push_back(keyframe);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(InterpolateShapes(track, ShapeInterpolation::kLinear, 11));
  }
  state.SetItemsProcessed(state.iterations() * 10);
}
BENCHMARK(BM_InterpolateMask)->Unit(benchmark::kMillisecond);

TaskResult SixteenItems() {
  Numbers numbers;
  TaskResult result;
  result.items.resize(16);
  for (ItemResult& item : result.items) {
    item.width = 768;
    item.height = 576;
    item.predictions = RandomPredictions(20, numbers);
    item.embedding.resize(64);
    item.box_embeddings.resize(20 * 32);
  }
  return result;
}

void BM_EncodePayload(benchmark::State& state) {
  const TaskResult result = SixteenItems();
  for (auto _ : state) benchmark::DoNotOptimize(EncodeTaskPayload(result));
  state.SetItemsProcessed(state.iterations() * 16);
}
BENCHMARK(BM_EncodePayload);

void BM_DecodePayload(benchmark::State& state) {
  const std::string bytes = EncodeTaskPayload(SixteenItems());
  for (auto _ : state) benchmark::DoNotOptimize(DecodeTaskPayload(bytes));
  state.SetItemsProcessed(state.iterations() * 16);
}
BENCHMARK(BM_DecodePayload);

void BM_Float16(benchmark::State& state) {
  Numbers numbers;
  std::vector<float> values(64 * 1024);
  for (float& value : values) value = numbers.Next();
  for (auto _ : state) {
    for (const float value : values) benchmark::DoNotOptimize(FloatToHalf(value));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
}
BENCHMARK(BM_Float16);

}  // namespace
}  // namespace prelabel

BENCHMARK_MAIN();
