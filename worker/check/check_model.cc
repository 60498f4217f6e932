#include "worker/check/check_model.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include "worker/detect/detect_task.h"
#include "worker/detect/fit.h"
#include "worker/detect/preprocess.h"
#include "worker/detect/view.h"
#include "worker/model/load_model.h"

namespace prelabel {
namespace {

constexpr std::size_t kMostRuns = 9;
constexpr std::chrono::seconds kLongest{3};  // no run begins later

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

struct Prepared {
  ItemResult item;
  Fit fit;
  std::vector<float> input;
};

// As DetectLane makes it of an item.
Prepared Prepare(const ModelCard& card, const Image& image, const MediaOpener& media) {
  Prepared prepared;
  prepared.item.width = image.width;
  prepared.item.height = image.height;
  prepared.fit = FitPicture(card.input, image.width, image.height);
  const Fit& fit = prepared.fit;
  ModelInput fitted = card.input;
  fitted.width = fit.width;
  fitted.height = fit.height;
  const Image shown = ShowView(View::kPlain, image, fitted, media.resize);
  prepared.input.resize(std::size_t{3} * static_cast<std::size_t>(fit.input_width) *
                        static_cast<std::size_t>(fit.input_height));
  Normalizer(card.input)
      .Run(fit.padded() ? PadPicture(shown, fit, fitted.pad) : shown, prepared.input);
  return prepared;
}

// The same without a picture: of a usual size where the model takes any.
Prepared Zeros(const ModelCard& card) {
  Prepared prepared;
  const bool any_size = card.input.resize == "none";
  prepared.fit =
      FitPicture(card.input, any_size ? 640 : card.input.width, any_size ? 480 : card.input.height);
  prepared.input.resize(std::size_t{3} * static_cast<std::size_t>(prepared.fit.input_width) *
                        static_cast<std::size_t>(prepared.fit.input_height));
  return prepared;
}

// Runs the model some times; of large ones fewer.
Result<void> TakeTime(Model& model, const Prepared& prepared, float threshold, const Clock& clock,
                      ModelCheck& check) {
  const InputShape shape{1, prepared.fit.input_height, prepared.fit.input_width};
  std::vector<double> times;
  const TimePoint first = clock.Now();
  while (times.empty() || (times.size() < kMostRuns && clock.Now() - first < kLongest)) {
    const TimePoint begin = clock.Now();
    PRELABEL_TRY(model.Run(prepared.input, shape, threshold));
    times.push_back(Seconds(clock.Now() - begin));
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  check.an_image = *middle;
  check.runs = static_cast<int>(times.size());
  return Ok();
}

}  // namespace

Result<ModelCheck> CheckModel(const CheckOptions& options, const MediaOpener& media,
                              const Clock& clock) {
  ModelCheck check;
  PRELABEL_TRY(check.card, LoadModelCard(options.card));
  // Before the model, which takes longer.
  if (!options.image.empty()) {
    PRELABEL_TRY(check.image, media.read_image(options.image));
  }
  const TimePoint begin = clock.Now();
  PRELABEL_TRY(const auto model, LoadModel(check.card, options.device));
  check.load = Seconds(clock.Now() - begin);
  std::error_code error;
  check.weight_bytes = std::filesystem::file_size(check.card.weights, error);
  check.backend = DescribeBackend(check.card);
  check.device = DeviceOf(check.card, options.device);
  Prepared prepared =
      options.image.empty() ? Zeros(check.card) : Prepare(check.card, check.image, media);
  if (!options.image.empty()) {
    DetectOptions detect;
    detect.limits = options.limits;
    DetectTask task(check.card, detect, clock);
    PRELABEL_TRY(task.Add(*model, prepared.item, prepared.input));
    PRELABEL_TRY(TaskResult result, task.Finish(*model, {}));
    if (!result.items[0].ok()) return DataLoss(result.items[0].error, options.image.string());
    check.item = std::move(result.items[0]);
  }
  PRELABEL_TRY(TakeTime(*model, prepared, options.limits.threshold, clock, check));
  return check;
}

}  // namespace prelabel
