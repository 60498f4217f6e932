// How long `prelabel report` takes over a large run, and how much memory: a run directory is made
// whose store holds drawn results of so many pictures, 100 predictions each with embeddings, and
// the program writes its labels (coco.json) and its reports. The pictures themselves are empty
// files: no report needs them but for its samples.
//
//   report_bench --images 100000
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/codec.h"
#include "coordinator/cli/prepare_run.h"
#include "tests/bench/child_process.h"

namespace prelabel::bench {
namespace {

constexpr double kTargetSeconds = 20;
constexpr double kTargetMegabytes = 300;
constexpr std::size_t kPredictions = 100;
constexpr std::size_t kBatch = 500;  // tasks a commit

// Scores fall as those of the default model do: about one prediction in fourteen is seen (0.3).
ItemResult Draw(std::uint64_t item, std::mt19937_64& random, std::size_t classes) {
  ItemResult result;
  result.item = item;
  result.width = 640;
  result.height = 480;
  const auto uniform = [&random] {
    return static_cast<float>(static_cast<double>(random() >> 11) * 0x1p-53);
  };
  result.stats = {uniform(), uniform() / 2, 5000 * uniform(), 8 * uniform(),
                  uniform(), uniform(),     uniform(),        uniform() / 2};
  for (std::size_t i = 0; i < kPredictions; ++i) {
    const float x = 500 * uniform();
    const float y = 380 * uniform();
    const float score = 0.05F * std::pow(1 - uniform(), -0.7F);
    result.predictions.push_back({static_cast<std::uint16_t>(random() % classes),
                                  std::min(score, 0.99F),
                                  {x, y, x + 5 + 130 * uniform(), y + 5 + 90 * uniform()}});
  }
  std::sort(result.predictions.begin(), result.predictions.end(),
            [](const Prediction& a, const Prediction& b) { return a.score > b.score; });
  for (int i = 0; i < 64; ++i) result.embedding.push_back(FloatToHalf(uniform() - 0.5F));
  for (std::size_t i = 0; i < kPredictions * 32; ++i) {
    result.box_embeddings.push_back(static_cast<Float16>(0x3000 + (random() & 0x87FF)));
  }
  return result;
}

Result<void> Fill(const std::string& folder, std::uint64_t images, const std::string& model,
                  const std::string& extra) {
  std::filesystem::create_directories(folder + "/images");
  for (std::uint64_t i = 0; i < images; ++i) {
    std::ofstream(fmt::format("{}/images/{:08}.jpg", folder, i));
  }
  std::ofstream(folder + "/job.yaml")
      << "name: report bench\ndata:\n  - images: images\nmodel: " << model
      << "\noutput: {dir: run}\n"
      << extra;
  PRELABEL_TRY(const JobContext context, LoadJobContext(folder + "/job.yaml", {}));
  PRELABEL_TRY(PreparedRun run, PrepareRun(context, false));
  std::mt19937_64 random(1);
  std::vector<EncodedResult> results;
  for (const TaskRow& row : run.tasks) {
    TaskResult result;
    for (std::uint64_t i = 0; i < row.task.count; ++i) {
      result.items.push_back(
          Draw(row.task.first + i * row.task.stride, random, context.card.classes.size()));
    }
    results.push_back(
        {row.task.id, Attempt(1), row.task.count, 0, 1000, EncodeTaskPayload(result)});
    if (results.size() == kBatch) {
      PRELABEL_TRY(run.store->Commit(std::exchange(results, {})));
    }
  }
  return run.store->Commit(std::move(results));
}

Result<void> Measure(std::uint64_t images, const std::string& model, const std::string& reference,
                     int repetitions) {
  const WorkFolder folder("report_bench");
  std::string extra;
  if (!reference.empty()) {
    extra = "report: {reference: " + std::filesystem::absolute(reference).string() + "}\n";
  }
  PRELABEL_TRY(Fill(folder.path(), images, std::filesystem::absolute(model).string(), extra));
  const std::string program =
      (std::filesystem::path(OwnPath()).parent_path() / "prelabel").string();
  fmt::print("{} images, {} predictions, a store of {:.2f} GB\n", images, images * kPredictions,
             static_cast<double>(std::filesystem::file_size(folder.File("run/run.db"))) / 1e9);
  std::fflush(stdout);
  double best = 0;
  for (int i = 0; i < repetitions; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ChildProcess child({program, "report", folder.File("run")});
    while (child.ReadLine()) {
    }
    if (child.Wait() != 0) return Internal("prelabel report failed");
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print("report {:.2f} s\n", seconds);
    std::fflush(stdout);
    best = i == 0 ? seconds : std::min(best, seconds);
  }
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const double megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
  fmt::print("RATIO report/20s {:.3f} target <=1.00 ({:.2f} s: {} predictions, best of {})\n",
             best / kTargetSeconds, best, images * kPredictions, repetitions);
  fmt::print("RATIO report_memory/300MB {:.3f} target <=1.00 ({:.0f} MB)\n",
             megabytes / kTargetMegabytes, megabytes);
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("Reports of a large run.", "report_bench");
  std::uint64_t images = 100000;
  int repetitions = 2;
  std::string model;
  std::string reference;
  app.add_option("--images", images, "pictures of the run")->capture_default_str();
  app.add_option("--model", model, "the model card")->required();
  app.add_option("--reference", reference, "the profile to compare with; default: none");
  app.add_option("--repetitions", repetitions, "how often to report")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = Measure(images, model, reference, repetitions);
  if (done) return 0;
  fmt::print(stderr, "report_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
