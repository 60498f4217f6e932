// Pipeline ÷ ceiling: `prelabel run` on a video against the same number of model replicas, each a
// process of its own like a worker, in a bare loop on a ready tensor. Both in turn, several rounds,
// so that a change of the machine's load meets both.
//
//   pipeline_bench --model var/models/nanodet-g-coco/model.yaml --video var/data/vtest.avi
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "common/base/clock.h"
#include "common/job/model_card.h"
#include "common/media/frame_source.h"
#include "common/media/image_codec.h"
#include "tests/bench/child_process.h"
#include "tests/bench/cpu_time.h"
#include "worker/detect/preprocess.h"
#include "worker/model/model.h"

namespace prelabel::bench {
namespace {

constexpr float kRawThreshold = 0.05F;  // the job file's default

struct Arguments {
  std::string model = "var/models/nanodet-g-coco/model.yaml";
  std::string video = "var/data/vtest.avi";
  double seconds = 15;
  int workers = 2;
  int rounds = 3;
  bool replica = false;
};

double SecondsSince(const Clock& clock, TimePoint begin) {
  return std::chrono::duration<double>(clock.Now() - begin).count();
}

// The model's input for one frame from the middle of the video.
Result<std::vector<float>> ReadyTensor(const ModelCard& card, const std::string& video) {
  PRELABEL_TRY(auto index, BuildVideoIndex(video));
  PRELABEL_TRY(const auto frames, OpenVideo(video, std::move(index)));
  PRELABEL_TRY(const Image frame, frames->Read(frames->FrameCount() / 2));
  const Normalizer normalizer(card.input);
  std::vector<float> input(normalizer.size());
  normalizer.Run(ResizeStretch(frame, card.input.width, card.input.height), input);
  return input;
}

struct Rate {
  double items_per_second = 0;
  double cpu_per_item = 0;  // seconds
  double others = 0;        // share of the CPUs
};

// A replica's process: says "ready", starts at a line of input and prints its runs a second and its
// CPU seconds a run.
Result<void> RunReplica(const Arguments& arguments) {
  PRELABEL_TRY(const ModelCard card, LoadModelCard(arguments.model));
  PRELABEL_TRY(const auto model, LoadTorchModel(card, "cpu"));
  PRELABEL_TRY(const std::vector<float> input, ReadyTensor(card, arguments.video));
  const InputShape shape{1, card.input.height, card.input.width};
  for (int run = 0; run < 5; ++run) {
    PRELABEL_TRY(model->Run(input, shape, kRawThreshold));
  }
  std::cout << "ready" << std::endl;
  std::string line;
  std::getline(std::cin, line);
  const MonotonicClock clock;
  const TimePoint begin = clock.Now();
  const double cpu_begin = CpuSeconds(RUSAGE_SELF);
  int runs = 0;
  while (SecondsSince(clock, begin) < arguments.seconds) {
    PRELABEL_TRY(model->Run(input, shape, kRawThreshold));
    ++runs;
  }
  std::cout << runs / SecondsSince(clock, begin) << ' '
            << (CpuSeconds(RUSAGE_SELF) - cpu_begin) / runs << std::endl;
  return Ok();
}

Result<Rate> Ceiling(const Arguments& arguments) {
  std::vector<std::unique_ptr<ChildProcess>> replicas;
  for (int i = 0; i < arguments.workers; ++i) {
    replicas.push_back(std::make_unique<ChildProcess>(
        std::vector<std::string>{OwnPath(), "--replica", "--model", arguments.model, "--video",
                                 arguments.video, "--seconds", std::to_string(arguments.seconds)}));
  }
  for (const auto& replica : replicas) {
    if (replica->ReadLine() != "ready") return Unavailable("a replica cannot load the model");
  }
  const MonotonicClock clock;
  const Others others;
  for (const auto& replica : replicas) replica->Write("go\n");
  Rate sum;
  double cpu = 0;
  for (const auto& replica : replicas) {
    const auto line = replica->ReadLine();
    double items_per_second = 0;
    double cpu_per_item = 0;
    if (!line || !(std::istringstream(*line) >> items_per_second >> cpu_per_item)) {
      return Internal("a replica failed");
    }
    sum.items_per_second += items_per_second;
    sum.cpu_per_item += cpu_per_item / arguments.workers;
    cpu += cpu_per_item * items_per_second * arguments.seconds;
  }
  sum.others = others.Share(cpu);
  return sum;
}

// The rate is the report's, from first assign to last commit; the CPU time is that of coordinator
// and workers from their start to their end, loading and reports included.
Result<Rate> Pipeline(const Arguments& arguments, const WorkFolder& folder) {
  const std::string job = folder.File("job.yaml");
  const std::string runs = folder.File("run");
  std::filesystem::remove_all(runs);
  std::ofstream(job) << fmt::format(
      "name: bench\ndata:\n  - video: {}\nmodel: {}\ncluster: {{workers: {}}}\n"
      "output: {{dir: {}, formats: [coco, mot]}}\n",
      std::filesystem::absolute(arguments.video).string(),
      std::filesystem::absolute(arguments.model).string(), arguments.workers, runs);
  const auto program = std::filesystem::path(OwnPath()).parent_path() / "prelabel";
  const MonotonicClock clock;
  const Others others;
  const double cpu_begin = CpuSeconds(RUSAGE_CHILDREN);
  {
    ChildProcess run({program.string(), "run", "--quiet", job});
    if (const int status = run.Wait(); status != 0) {
      return Internal("prelabel run ended with status " + std::to_string(status));
    }
  }
  const double cpu = CpuSeconds(RUSAGE_CHILDREN) - cpu_begin;
  const double others_share = others.Share(cpu);
  std::stringstream text;
  text << std::ifstream(runs + "/report/report.json").rdbuf();
  const boost::json::value report = boost::json::parse(text.str());
  const boost::json::object& facts = report.at("run").as_object();
  const double rate = facts.at("items_per_second").to_number<double>();
  return Rate{rate, cpu / (facts.at("seconds").to_number<double>() * rate), others_share};
}

Result<void> Measure(const Arguments& arguments) {
  const WorkFolder folder("pipeline_bench");
  std::vector<double> ratios;
  std::vector<double> quiet_ratios;
  PRELABEL_TRY(Rate before, Ceiling(arguments));
  for (int round = 1; round <= arguments.rounds; ++round) {
    PRELABEL_TRY(const Rate run, Pipeline(arguments, folder));
    PRELABEL_TRY(const Rate after, Ceiling(arguments));
    const double ceiling = (before.items_per_second + after.items_per_second) / 2;
    ratios.push_back(run.items_per_second / ceiling);
    const double others = std::max({before.others, run.others, after.others});
    if (others < kQuiet) quiet_ratios.push_back(ratios.back());
    fmt::print(
        "round {}: ceiling {:.2f} and {:.2f} items/s (before, after), {:.1f} ms of CPU an item; "
        "pipeline {:.2f} items/s, {:.1f} ms; others had {:.0f}, {:.0f} and {:.0f} % of the CPUs; "
        "ratio {:.3f}{}\n",
        round, before.items_per_second, after.items_per_second,
        500 * (before.cpu_per_item + after.cpu_per_item), run.items_per_second,
        1000 * run.cpu_per_item, 100 * before.others, 100 * run.others, 100 * after.others,
        ratios.back(), others < kQuiet ? "" : " (disturbed)");
    std::fflush(stdout);
    before = after;
  }
  const bool quiet = !quiet_ratios.empty();
  fmt::print("RATIO pipeline/ceiling {:.3f} target >=0.93 ({} workers, {} of {} rounds{})\n",
             Median(quiet ? quiet_ratios : ratios), arguments.workers,
             quiet ? quiet_ratios.size() : ratios.size(), arguments.rounds,
             quiet ? ", undisturbed" : "; ALL DISTURBED by other programs: no figure");
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("Throughput of prelabel run against bare model replicas.", "pipeline_bench");
  Arguments arguments;
  app.add_option("--model", arguments.model, "model.yaml")->capture_default_str();
  app.add_option("--video", arguments.video, "a video")->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "of every ceiling")->capture_default_str();
  app.add_option("--workers", arguments.workers, "workers and replicas")->capture_default_str();
  app.add_option("--rounds", arguments.rounds, "pipelines")->capture_default_str();
  app.add_flag("--replica", arguments.replica, "be a replica of the ceiling");
  CLI11_PARSE(app, argc, argv);
  const auto done = arguments.replica ? RunReplica(arguments) : Measure(arguments);
  if (done) return 0;
  fmt::print(stderr, "pipeline_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
