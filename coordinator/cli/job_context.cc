#include "coordinator/cli/job_context.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "common/job/classify_rules.h"
#include "common/job/job_loader.h"
#include "common/media/picture_size.h"
#include "common/media/video_index.h"
#include "coordinator/formats/keyframe_reader.h"
#include "coordinator/scan/scanner.h"

namespace prelabel {
namespace {

std::optional<std::string> ProcessEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<KeyframeFile> LoadKeyframes(const std::filesystem::path& path, const SourceItems& video) {
  return ReadKeyframes(path, {video.name, static_cast<std::int64_t>(video.ItemCount()),
                              video.index.width, video.index.height});
}

Result<ModelCard> LoadCard(const std::filesystem::path& path) {
  PRELABEL_TRY(ModelCard card, LoadModelCard(path));
  if (!std::filesystem::exists(card.weights)) {
    return InvalidArgument("the model's weights are missing: " + card.weights.string() +
                               "; put the file there or correct `weights`",
                           path.string());
  }
  return card;
}

// Profiles fit one model: what another one makes of the same pictures says nothing about this one.
Result<std::shared_ptr<const Profile>> LoadReference(const JobSpec& job, const ModelCard& card) {
  PRELABEL_TRY(Profile profile, ReadProfile(job.report.reference));
  if (profile.weights != card.sha256 || profile.classes != card.classes) {
    return InvalidArgument(
        fmt::format(
            "is of another model ({}, weights {:.12}…) than the job's ({}, weights "
            "{:.12}…); make one from a run of this model with 'prelabel profile', or remove "
            "report.reference",
            profile.model, profile.weights, card.name, card.sha256),
        job.report.reference.string());
  }
  return std::make_shared<const Profile>(std::move(profile));
}

}  // namespace

RunFingerprint FingerprintOf(const JobContext& context) {
  return MakeFingerprint(context.job, context.card,
                         context.ensemble ? context.ensemble->description : std::string());
}

Result<JobContext> LoadJobContext(const std::filesystem::path& job_file,
                                  const std::vector<std::string>& set) {
  JobContext context;
  PRELABEL_TRY(context.job, LoadJob(job_file, {set, ProcessEnvironment}));
  if (!context.job.fusion.models.empty()) {
    std::vector<ModelCard> cards;
    for (const JobModel& model : context.job.fusion.models) {
      PRELABEL_TRY(ModelCard card, LoadCard(model.card));
      cards.push_back(std::move(card));
    }
    PRELABEL_TRY(context.ensemble, CombineModels(context.job.fusion, cards));
    context.card = context.ensemble->card;
  } else if (!context.job.model.empty()) {
    PRELABEL_TRY(context.card, LoadCard(context.job.model));
  }
  PRELABEL_TRY(CheckClassifyJob(context.job, context.card));
  if (context.job.report.second_opinion && !context.job.report.second_opinion->model.empty()) {
    PRELABEL_TRY(context.second_card, LoadCard(context.job.report.second_opinion->model));
  }
  if (!context.job.report.reference.empty() && !context.job.model.empty()) {
    PRELABEL_TRY(context.reference, LoadReference(context.job, context.card));
  }
  if (!context.job.report.slices.empty()) {
    PRELABEL_TRY(context.slices, SliceTable::Read(context.job.report.slices));
  }
  PRELABEL_TRY(context.dataset,
               ScanDataset(context.job, BuildVideoIndex, LoadKeyframes, ReadPictureSize));
  PRELABEL_TRY(context.classes,
               BuildClassMap(context.job.labels, context.card, DrawnLabels(context.dataset),
                             context.second_card ? context.second_card->classes
                                                 : std::vector<std::string>()));
  if (context.ensemble && context.job.fusion.method == FuseMethod::kWeighted) {
    context.classes.knowers_of_class = context.ensemble->knowers;
  }
  context.paths.dir = context.job.output.dir;
  return context;
}

Result<JobContext> LoadRunContext(const std::filesystem::path& run,
                                  const std::vector<std::string>& set) {
  std::error_code ignored;
  const RunPaths paths{std::filesystem::absolute(run)};
  if (!std::filesystem::exists(paths.Database(), ignored)) {
    return InvalidArgument("no run is there; give the job's output.dir", run.string());
  }
  PRELABEL_TRY(auto context, LoadJobContext(paths.Job(), set));
  context.paths = paths;  // a run directory may have been moved
  return context;
}

}  // namespace prelabel
