// What sharding a video costs the decoder: CPU time of reading every frame once, in order, against
// the ways that workers read: two that share it, the second from the middle on, and one that gets
// shards of 8 in random order (which no scheduler gives out; the worst case). The share of the
// pipeline counts the model's time as well.
//
//   seek_bench --video var/data/vtest.avi --model-ms 45
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "common/media/decoding_cost.h"
#include "common/media/frame_source.h"
#include "tests/bench/child_process.h"
#include "tests/bench/cpu_time.h"

namespace prelabel::bench {
namespace {

constexpr std::int64_t kShardSize = 8;  // cluster.shard_size's default
constexpr unsigned kSeed = 7;

struct Cost {
  double seconds = 0;  // of CPU time, conversion to BGR included
  std::int64_t packets = 0;
};

// Reads the frames in this order, each list with a source of its own.
Result<Cost> Read(const std::string& video, const VideoIndex& index,
                  const std::vector<std::vector<std::int64_t>>& readers) {
  Cost cost;
  const double begin = CpuSeconds(RUSAGE_SELF);
  for (const auto& frames : readers) {
    PRELABEL_TRY(const auto source, OpenVideo(video, index));
    for (const std::int64_t frame : frames) {
      PRELABEL_TRY(source->Read(frame));
    }
    cost.packets += DecodedPackets(*source);
  }
  cost.seconds = CpuSeconds(RUSAGE_SELF) - begin;
  return cost;
}

std::vector<std::int64_t> Frames(std::int64_t begin, std::int64_t end) {
  std::vector<std::int64_t> frames(static_cast<std::size_t>(end - begin));
  std::iota(frames.begin(), frames.end(), begin);
  return frames;
}

std::vector<std::int64_t> ShardsInRandomOrder(std::int64_t count) {
  std::vector<std::int64_t> firsts;
  for (std::int64_t first = 0; first < count; first += kShardSize) firsts.push_back(first);
  std::shuffle(firsts.begin(), firsts.end(), std::mt19937(kSeed));
  std::vector<std::int64_t> frames;
  for (const std::int64_t first : firsts) {
    for (std::int64_t i = first; i < std::min(first + kShardSize, count); ++i) frames.push_back(i);
  }
  return frames;
}

Result<void> Measure(const std::string& video, double model_seconds, int rounds) {
  PRELABEL_TRY(const VideoIndex index, BuildVideoIndex(video));
  const auto count = static_cast<std::int64_t>(index.frames.size());
  // The scheduler starts the second worker at the middle of the shards.
  const std::int64_t shards = (count + kShardSize - 1) / kShardSize;
  const std::int64_t middle = shards / 2 * kShardSize;
  struct Way {
    const char* name;
    const char* target;
    std::vector<std::vector<std::int64_t>> readers;
    std::vector<double> of_decoding, of_pipeline;
  };
  std::vector<Way> ways = {
      {"two-workers", "<=0.05", {Frames(0, middle), Frames(middle, count)}, {}, {}},
      {"random-shards", "-", {ShardsInRandomOrder(count)}, {}, {}}};
  for (int round = 1; round <= rounds; ++round) {
    PRELABEL_TRY(const Cost in_order, Read(video, index, {Frames(0, count)}));
    fmt::print("round {}: in order {:.2f} s, {} packets", round, in_order.seconds,
               in_order.packets);
    for (Way& way : ways) {
      PRELABEL_TRY(const Cost cost, Read(video, index, way.readers));
      const double more = cost.seconds - in_order.seconds;
      way.of_decoding.push_back(more / in_order.seconds);
      way.of_pipeline.push_back(more /
                                (in_order.seconds + static_cast<double>(count) * model_seconds));
      fmt::print("; {} {:.2f} s, {} packets", way.name, cost.seconds, cost.packets);
    }
    fmt::print("\n");
  }
  for (Way& way : ways) {
    fmt::print(
        "RATIO seek-{} {:.4f} target {} (more CPU time in decoding than in order, of the "
        "pipeline with {:.0f} ms a model call; of decoding alone {:.3f}; {} rounds)\n",
        way.name, Median(way.of_pipeline), way.target, 1000 * model_seconds,
        Median(way.of_decoding), rounds);
  }
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("What sharding a video costs the decoder.", "seek_bench");
  std::string video = "var/data/vtest.avi";
  double model_ms = 45;
  int rounds = 5;
  app.add_option("--video", video, "a video")->capture_default_str();
  app.add_option("--model-ms", model_ms, "CPU time of the model a frame")->capture_default_str();
  app.add_option("--rounds", rounds, "of all ways")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = Measure(video, model_ms / 1000, rounds);
  if (done) return 0;
  fmt::print(stderr, "seek_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
