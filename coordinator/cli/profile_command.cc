#include "coordinator/cli/profile_command.h"

#include <filesystem>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "coordinator/cli/job_context.h"
#include "coordinator/cli/measure_run.h"
#include "coordinator/cli/prepare_run.h"
#include "coordinator/cli/write_outputs.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/profile/ground_truth.h"
#include "coordinator/profile/profile.h"

namespace prelabel {
namespace {

// With fewer, halves of the reference are too small to tell anything apart.
constexpr std::uint64_t kFewImages = 100;

std::string Explain(const Profile& profile, const GroundTruth& truth, std::uint64_t judged,
                    const std::filesystem::path& out) {
  const DomainTotals& totals = profile.totals;
  std::string text = fmt::format("{}: {} images, {} objects seen, model {}\n",
                                 std::filesystem::proximate(out).string(), totals.images,
                                 totals.seen, profile.model);
  const auto add = [&text](std::string_view line) {
    text += "  ";
    text += line;
    text += '\n';
  };
  if (totals.reliability.empty()) {
    add("without ground truth: reports can judge shift, but not expect a precision "
        "(--ground-truth coco.json)");
  } else {
    add(fmt::format("ground truth for {} images, {} objects", judged, truth.objects()));
    if (truth.images() > judged) {
      add(fmt::format("{} images of the ground truth are not in the run", truth.images() - judged));
    }
    std::uint64_t lost = 0;
    for (const auto& [name, count] : truth.unknown()) lost += count;
    if (lost > 0) {
      add(fmt::format("{} objects are of classes that the model does not have ({}{})", lost,
                      truth.unknown().begin()->first, truth.unknown().size() > 1 ? ", …" : ""));
    }
  }
  if (totals.embedding.count == 0)
    add("the model has no feature map: embeddings cannot be compared");
  if (totals.images < kFewImages) {
    add(fmt::format("under {} images: small shifts will not be noticed", kFewImages));
  }
  return text;
}

}  // namespace

Result<std::string> MakeProfile(const ProfileArguments& arguments) {
  PRELABEL_TRY(const JobContext context, LoadRunContext(arguments.run, {}));
  if (context.job.model.empty()) {
    return InvalidArgument("the run has no model: people drew its keyframes", arguments.run);
  }
  GroundTruth truth;
  for (const std::string& file : arguments.ground_truth) {
    PRELABEL_TRY(truth.Add(file, context.card.classes));
  }
  PRELABEL_TRY(auto store, OpenSqliteStoreReadOnly(context.paths.Database().string()));
  PRELABEL_TRY(CheckRunIsOf(context, *store));
  TruthSource source;
  if (truth.images() > 0) {
    source = [&truth](std::string_view name) { return truth.Find(name); };
  }
  PRELABEL_TRY(RunMeasures measures, MeasureRun(context, *store, source));
  if (!measures.damaged.empty()) {
    return InvalidArgument(DescribeDamage(measures.damaged) + "; repair them with 'prelabel run'",
                           arguments.run);
  }
  if (measures.domain.images == 0) {
    return InvalidArgument("the model has not looked at anything in this run", arguments.run);
  }
  if (truth.images() > 0 && measures.judged == 0) {
    return InvalidArgument(
        "no image of the ground truth has the name of one of the run's; 'file_name' must be as in "
        "the run's labels/coco.json",
        arguments.ground_truth.front());
  }
  PRELABEL_TRY(const auto stored, store->GetMeta(kRunInfoKey));
  Profile profile;
  profile.job = context.job.name;
  profile.created = stored ? ParseRunInfo(*stored).started : std::string();
  profile.model = context.card.name;
  profile.weights = context.card.sha256;
  profile.raw_threshold = context.job.labels.raw_threshold;
  profile.nms = context.job.labels.nms;
  profile.classes = context.card.classes;
  profile.totals = std::move(measures.domain);
  profile.totals.slices.clear();
  for (SampledImage& image : profile.totals.sample) {
    image.source = SourceId();
    image.item = 0;
  }
  const std::filesystem::path out = arguments.out;
  PRELABEL_TRY(WriteWholeFile(out, FormatProfile(profile)));
  return Explain(profile, truth, measures.judged, out);
}

}  // namespace prelabel
