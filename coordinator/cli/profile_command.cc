#include "coordinator/cli/profile_command.h"

#include <filesystem>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "coordinator/cli/job_context.h"
#include "coordinator/cli/measure_run.h"
#include "coordinator/cli/prepare_run.h"
#include "coordinator/cli/write_outputs.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/profile/dataset_truth.h"
#include "coordinator/profile/ground_truth.h"
#include "coordinator/profile/profile.h"

namespace prelabel {
namespace {

// With fewer, halves of the reference are too small to tell anything apart.
constexpr std::uint64_t kFewImages = 100;

struct TruthUsed {
  std::uint64_t images = 0;                      // judged by it
  std::uint64_t objects = 0;                     // in these
  std::uint64_t elsewhere = 0;                   // images of --ground-truth that are not in the run
  std::map<std::string, std::uint64_t> unknown;  // objects by classes that the model does not have
};

std::string Explain(const Profile& profile, const TruthUsed& truth,
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
        "(--ground-truth coco.json, or a source 'coco', 'yolo' or 'voc')");
  } else {
    add(fmt::format("ground truth for {} images, {} objects", truth.images, truth.objects));
    if (truth.elsewhere > 0) {
      add(fmt::format("{} images of the ground truth are not in the run", truth.elsewhere));
    }
    std::uint64_t lost = 0;
    for (const auto& [name, count] : truth.unknown) lost += count;
    if (lost > 0) {
      add(fmt::format("{} objects are of classes that the model does not have ({}{})", lost,
                      truth.unknown.begin()->first, truth.unknown.size() > 1 ? ", …" : ""));
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
  PRELABEL_TRY(DatasetTruth own, DatasetTruth::Open(context.dataset, context.card.classes));
  std::uint64_t named = 0;  // of the images in --ground-truth, which goes before a dataset's own
  TruthSource source;
  if (truth.images() > 0 || own.any()) {
    source = [&](const LabeledItem& item,
                 std::string_view name) -> Result<const std::vector<TruthObject>*> {
      if (const std::vector<TruthObject>* objects = truth.Find(name)) {
        ++named;
        return objects;
      }
      return own.Find(item.source, item.item, item.width, item.height);
    };
  }
  PRELABEL_TRY(RunMeasures measures, MeasureRun(context, *store, source));
  if (!measures.damaged.empty()) {
    return InvalidArgument(DescribeDamage(measures.damaged) + "; repair them with 'prelabel run'",
                           arguments.run);
  }
  if (measures.domain.images == 0) {
    return InvalidArgument("the model has not looked at anything in this run", arguments.run);
  }
  if (truth.images() > 0 && named == 0) {
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
  TruthUsed used{measures.judged, measures.objects, truth.images() - named, truth.unknown()};
  for (const auto& [name, count] : own.unknown()) used.unknown[name] += count;
  return Explain(profile, used, out);
}

}  // namespace prelabel
