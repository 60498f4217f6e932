// Google Benchmark of the pure inner functions: how long an item, a video or a million boxes take.
// Ends with the ratios to their targets, by CPU time: all of them are functions of one thread.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "common/base/float16.h"
#include "common/labels/interpolation.h"
#include "common/labels/keyframe_selection.h"
#include "common/labels/linking.h"
#include "common/labels/merge_tiles.h"
#include "common/labels/nms.h"
#include "common/labels/shape_interpolation.h"
#include "common/wire/codec.h"
#include "worker/model/paste_mask.h"

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

// A square image in tiles of 640, of which each shows the most that is kept: 100 boxes.
void BM_MergeTiles(benchmark::State& state) {
  const int side = static_cast<int>(state.range(0));
  const Tiling tiling{.sizes = {640}};
  const std::vector<Tile> tiles = CutTiles({side, side}, tiling);
  Numbers numbers;
  std::vector<ItemResult> results(tiles.size());
  std::vector<const ItemResult*> pointers;
  for (ItemResult& result : results) {
    result.width = 640;
    result.height = 640;
    result.predictions = RandomPredictions(100, numbers);
    for (Prediction& p : result.predictions) {
      p.box.x2 = std::min(p.box.x2, 640.0F);
      p.box.y2 = std::min(p.box.y2, 640.0F);
      p.box.x1 = std::min(p.box.x1, p.box.x2 - 1);
    }
    pointers.push_back(&result);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(MergeTiles({side, side}, tiling, tiles, pointers));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(100 * tiles.size()));
}
BENCHMARK(BM_MergeTiles)->Arg(5000)->Arg(20000)->Unit(benchmark::kMillisecond);

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

// An object in a picture of 768 x 576, and how many frames it has left there or, if negative, until
// the next one enters.
struct Walker {
  Box box;
  float dx = 0;
  float dy = 0;
  int left = -1;

  void Advance(Numbers& numbers) {
    if (left < 0) {
      if (++left < 0) return;
      const bool from_left = numbers.Next() < 0.5F;
      const float x = from_left ? -20.0F : 748.0F;
      const float y = numbers.Next() * 450;
      const float width = 25 + numbers.Next() * 30;
      box = {x, y, x + width, y + 2.2F * width};
      dx = (from_left ? 1.0F : -1.0F) * (0.5F + numbers.Next() * 3);
      dy = numbers.Next() - 0.5F;
      left = 50 + static_cast<int>(numbers.Next() * 600);
    }
    box = {box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy};
    const bool outside = box.x2 < 0 || box.x1 > 768 || box.y2 < 0 || box.y1 > 576;
    if (--left == 0 || outside) left = -1 - static_cast<int>(numbers.Next() * 40);
  }
};

// Ten detections a frame: of ten objects, jittered, that walk through, leave and are followed by
// others; one in twelve is weak. For those that are missing (one in twelve, too, and who is away)
// there is weak clutter.
std::vector<FrameDetections> LongScene(std::size_t count) {
  Numbers numbers;
  std::vector<Walker> walkers(10);
  std::vector<FrameDetections> frames(count);
  for (std::size_t f = 0; f < count; ++f) {
    frames[f].frame = static_cast<std::int64_t>(f);
    for (Walker& walker : walkers) {
      walker.Advance(numbers);
      const float luck = numbers.Next() * 12;
      const float jitter = numbers.Next() * 4 - 2;
      if (walker.left < 0 || luck < 1) {
        const float x = numbers.Next() * 730;
        const float y = numbers.Next() * 500;
        frames[f].predictions.push_back({0, 0.1F + luck / 80, {x, y, x + 35, y + 75}});
        continue;
      }
      const Box& box = walker.box;
      frames[f].predictions.push_back(
          {0,
           luck < 2 ? 0.2F : 0.4F + luck / 24,
           {box.x1 + jitter, box.y1 - jitter, box.x2 + jitter / 2, box.y2 + jitter}});
    }
  }
  return frames;
}

void BM_LinkLongVideo(benchmark::State& state) {
  const auto frames = LongScene(static_cast<std::size_t>(state.range(0)));
  LinkOptions options;
  options.class_thresholds = {0.3F};
  std::size_t tracks = 0;
  for (auto _ : state) tracks = LinkDetections(frames, options).size();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["tracks"] = static_cast<double>(tracks);
}
BENCHMARK(BM_LinkLongVideo)->Arg(25000)->Arg(50000)->Arg(100000)->Unit(benchmark::kMillisecond);

// A million boxes in tracks of 1,000 frames, from keyframes that are so many frames apart.
void BM_InterpolateMillion(benchmark::State& state) {
  const auto method = static_cast<InterpolationMethod>(state.range(1));
  Numbers numbers;
  std::vector<std::vector<Keyframe>> tracks(1000);
  for (std::vector<Keyframe>& keyframes : tracks) {
    for (std::int64_t frame = 0; frame < 999; frame += state.range(0)) {
      const float x = numbers.Next() * 700;
      const float y = numbers.Next() * 500;
      keyframes.push_back({frame, {x, y, x + 30, y + 80}, numbers.Next()});
    }
    keyframes.push_back({999, {0, 0, 30, 80}, numbers.Next()});
  }
  for (auto _ : state) {
    std::vector<std::vector<TrackPoint>> filled;
    filled.reserve(tracks.size());
    for (const std::vector<Keyframe>& keyframes : tracks) {
      filled.push_back(Interpolate(keyframes, method));
    }
    benchmark::DoNotOptimize(filled.data());
  }
  state.SetItemsProcessed(state.iterations() * 1000000);
}
BENCHMARK(BM_InterpolateMillion)
    ->Args({5, static_cast<int>(InterpolationMethod::kLinear)})
    ->Args({50, static_cast<int>(InterpolationMethod::kLinear)})
    ->Args({50, static_cast<int>(InterpolationMethod::kCubic)})
    ->Unit(benchmark::kMillisecond);

// One track of an object that walks at random, thinned out to what is needed for IoU .8.
void BM_FewestKeyframes(benchmark::State& state) {
  Numbers numbers;
  std::vector<TrackPoint> points;
  float x = 0;
  for (std::int64_t frame = 0; frame < state.range(0); ++frame) {
    x += numbers.Next() * 4 - 2;
    points.push_back({.frame = frame, .box = {x, 100, x + 40, 200}});
  }
  for (auto _ : state) benchmark::DoNotOptimize(FewestKeyframes(points, 0.8F));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_FewestKeyframes)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

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

// What is left to do behind Mask R-CNN's head: masks of 100 round objects at 1080p, pasted and run
// length encoded. Boxes of that width and half that height, all over the picture.
void BM_PasteMasks(benchmark::State& state) {
  constexpr int kSide = 28;
  Numbers numbers;
  std::vector<float> mask;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double r = std::hypot(x - 13.5, y - 13.5) + 2 * numbers.Next();
      mask.push_back(static_cast<float>(1 / (1 + std::exp(2 * (r - 12)))));
    }
  }
  const auto width = static_cast<float>(state.range(0));
  std::vector<Box> boxes;
  for (int i = 0; i < 100; ++i) {
    const float x = numbers.Next() * (1920 - width);
    const float y = numbers.Next() * (1080 - width / 2);
    boxes.push_back({x, y, x + width, y + width / 2});
  }
  for (auto _ : state) {
    for (const Box& box : boxes) {
      benchmark::DoNotOptimize(CompressCounts(PasteMask(mask, kSide, box, 1080, 1920)));
    }
  }
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(BM_PasteMasks)->Arg(100)->Arg(300)->Arg(1800)->Unit(benchmark::kMillisecond);

// Keeps the CPU seconds of an iteration of each benchmark beside printing them.
class KeepTimes : public benchmark::ConsoleReporter {
 public:
  KeepTimes() : benchmark::ConsoleReporter(OO_Tabular) {}  // without colors: bench.sh reads it

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred || run.iterations == 0) continue;
      seconds_[run.benchmark_name()] =
          run.cpu_accumulated_time / static_cast<double>(run.iterations);
    }
    benchmark::ConsoleReporter::ReportRuns(runs);
  }

  // 0 for one that was filtered out.
  double Seconds(const std::string& name) const {
    const auto found = seconds_.find(name);
    return found == seconds_.end() ? 0 : found->second;
  }

 private:
  std::map<std::string, double> seconds_;
};

void PrintRatios(const KeepTimes& times) {
  const double boxes = times.Seconds("BM_InterpolateMillion/5/1");
  if (boxes > 0) {
    std::printf("RATIO interpolate/0.2s %.3f target <=1.00 (1,000,000 boxes: %.3f s)\n",
                boxes / 0.2, boxes);
  }
  const double quarter = times.Seconds("BM_LinkLongVideo/25000");
  const double whole = times.Seconds("BM_LinkLongVideo/100000");
  if (whole > 0) {
    std::printf("RATIO link/30s %.3f target <=1.00 (100,000 frames x 10 detections: %.2f s)\n",
                whole / 30, whole);
  }
  if (quarter > 0 && whole > 0) {
    std::printf("RATIO link/linear %.3f target <=1.20 (a frame of 100,000 to one of 25,000)\n",
                whole / 4 / quarter);
  }
  const double paste = times.Seconds("BM_PasteMasks/1800");
  if (paste > 0) {
    std::printf("RATIO paste/60ms %.3f target <=1.00 (100 masks of 1800 x 900: %.1f ms)\n",
                paste / 0.06, 1000 * paste);
  }
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  prelabel::KeepTimes times;
  benchmark::RunSpecifiedBenchmarks(&times);
  prelabel::PrintRatios(times);
  return 0;
}
