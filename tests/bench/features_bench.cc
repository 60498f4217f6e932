// What a worker's time an image goes up by for reports: statistics of the picture, and embeddings
// of it and of its boxes. One thread, its CPU time, the parts of every frame in turn.
//
//   features_bench --model var/models/nanodet-g-coco/model.yaml --video var/data/vtest.avi
#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/job/model_card.h"
#include "common/media/frame_source.h"
#include "common/media/image_codec.h"
#include "worker/detect/features.h"
#include "worker/detect/postprocess.h"
#include "worker/detect/preprocess.h"
#include "worker/model/model.h"

namespace prelabel::bench {
namespace {

constexpr RawLimits kLimits{};  // the job file's defaults

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Adds what a call takes.
template <class Call>
auto Timed(double& seconds, Call call) {
  const double begin = ThreadSeconds();
  auto result = call();
  seconds += ThreadSeconds() - begin;
  return result;
}

struct Parts {
  double model = 0;       // the bare module
  double rest = 0;        // decoding, resizing, normalizing, NMS
  double statistics = 0;  // of the picture
  double embeddings = 0;  // of picture and boxes: predictions with them, less those without
};

Result<void> Measure(const std::string& model_path, const std::string& video, int frames) {
  PRELABEL_TRY(const ModelCard card, LoadModelCard(model_path));
  PRELABEL_TRY(const auto model, LoadTorchModel(card, "cpu"));
  PRELABEL_TRY(auto index, BuildVideoIndex(video));
  PRELABEL_TRY(const auto source, OpenVideo(video, std::move(index)));
  const Normalizer normalizer(card.input);
  std::vector<float> input(normalizer.size());
  const InputShape shape{1, card.input.height, card.input.width};
  Parts parts;
  double without = 0;
  double with = 0;
  for (int i = 0; i < frames && i < source->FrameCount(); ++i) {
    auto frame = Timed(parts.rest, [&] { return source->Read(i); });
    if (!frame) return frame.error();
    const Image resized = Timed(parts.rest, [&] {
      return ResizeStretch(frame.value(), card.input.width, card.input.height);
    });
    ItemResult item;
    item.width = frame.value().width;
    item.height = frame.value().height;
    item.stats = Timed(parts.statistics, [&] { return ComputeImageStats(resized); });
    Timed(parts.rest, [&] {
      normalizer.Run(resized, input);
      return 0;
    });
    auto output = Timed(parts.model, [&] { return model->Run(input, shape, kLimits.threshold); });
    if (!output) return output.error();
    const ModelOutput& dense = output.value().front();
    if (dense.feature_channels == 0) return InvalidArgument("the model has no feature map");
    const FeatureEmbedder embedder(dense.feature_channels);
    const Fit fit = FitPicture(card.input, item.width, item.height);
    ItemResult plain = item;
    Timed(without, [&] {
      FillPredictions(dense, fit, kLimits, nullptr, plain);
      return 0;
    });
    Timed(with, [&] {
      FillPredictions(dense, fit, kLimits, &embedder, item);
      return 0;
    });
  }
  parts.rest += without;
  parts.embeddings = with - without;
  const double all = parts.model + parts.rest;
  const double per = 1000.0 / frames;
  fmt::print(
      "{} frames: model {:.2f} ms, decoding to NMS {:.2f} ms, statistics {:.3f} ms, "
      "embeddings {:.3f} ms\n",
      frames, per * parts.model, per * parts.rest, per * parts.statistics, per * parts.embeddings);
  fmt::print("RATIO features/item {:.4f} target <=0.03 (statistics and embeddings to the rest)\n",
             (parts.statistics + parts.embeddings) / all);
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("What features for reports cost a worker.", "features_bench");
  std::string model = "var/models/nanodet-g-coco/model.yaml";
  std::string video = "var/data/vtest.avi";
  int frames = 300;
  app.add_option("--model", model, "model.yaml")->capture_default_str();
  app.add_option("--video", video, "a video")->capture_default_str();
  app.add_option("--frames", frames, "of it")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = Measure(model, video, frames);
  if (done) return 0;
  fmt::print(stderr, "features_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
