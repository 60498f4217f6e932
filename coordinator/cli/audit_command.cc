#include "coordinator/cli/audit_command.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "common/base/decimal.h"
#include "common/media/image_codec.h"
#include "coordinator/audit/audit_files.h"
#include "coordinator/audit/audit_sampler.h"
#include "coordinator/audit/cvat_audit.h"
#include "coordinator/audit/evaluate_audit.h"
#include "coordinator/audit/instructions.h"
#include "coordinator/audit/label_studio_audit.h"
#include "coordinator/audit/read_answers.h"
#include "coordinator/cli/dataset_pictures.h"
#include "coordinator/cli/prepare_run.h"
#include "coordinator/cli/write_outputs.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/store/store.h"

namespace prelabel {
namespace {

constexpr int kFrameQuality = 95;  // JPEG
constexpr std::uint64_t kMaxPictureBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kMaxRecordBytes = std::uint64_t{1} << 28;

std::string Shown(const std::filesystem::path& path) {
  return std::filesystem::proximate(path).string();
}

// Bytes of an image file as they are, where every labeling tool shows them; JPEG of others and of
// frames. What cannot be read is left out and counted: its labels remain unanswered.
class PictureFolder {
 public:
  PictureFolder(const Dataset& dataset, const FetchOptions& fetch)
      : dataset_(dataset), pictures_(dataset, fetch) {}

  std::uint64_t unreadable() const { return unreadable_; }

  Result<void> Write(const std::vector<AuditPicture>& pictures,
                     const std::filesystem::path& folder) {
    for (const AuditPicture& picture : pictures) {
      const Result<std::string> bytes = Bytes(picture);
      if (!bytes) {
        ++unreadable_;
        continue;
      }
      PRELABEL_TRY(WriteWholeFile(folder / picture.file, bytes.value()));
    }
    return Ok();
  }

 private:
  Result<std::string> Bytes(const AuditPicture& picture) {
    const SourceItems& source = dataset_.sources[picture.source.value];
    if (source.kind == SourceKind::kImages) {
      const std::string& file = source.files[picture.item];
      std::string ending = std::filesystem::path(file).extension().string();
      for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      if (ending == std::filesystem::path(picture.file).extension().string()) {
        return pictures_.Bytes(picture.source, picture.item, kMaxPictureBytes);
      }
    }
    PRELABEL_TRY(const Image image, pictures_.Read(picture.source, picture.item));
    PRELABEL_TRY(const auto jpeg, EncodeJpeg(image, kFrameQuality));
    return std::string(reinterpret_cast<const char*>(jpeg.data()), jpeg.size());
  }

  const Dataset& dataset_;
  DatasetPictures pictures_;
  std::uint64_t unreadable_ = 0;
};

bool Exists(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

Result<AuditSample> LoadSample(const RunPaths& paths) {
  const std::filesystem::path file = paths.Audit() / kAuditSampleFile;
  PRELABEL_TRY(const std::string text, ReadWholeFile(file, kMaxRecordBytes));
  auto sample = ParseAuditSample(text);
  if (!sample) {
    return InvalidArgument(sample.error().message + "; draw it again with 'prelabel audit sample'",
                           file.string());
  }
  return std::move(sample).value();
}

Result<AuditAnswers> LoadAnswers(const RunPaths& paths, const AuditSample& sample) {
  const std::filesystem::path file = paths.Audit() / kAuditAnswersFile;
  PRELABEL_TRY(const std::string text, ReadWholeFile(file, kMaxRecordBytes));
  auto answers = ParseAuditAnswers(text, sample);
  if (!answers) {
    return InvalidArgument(answers.error().message + "; ingest the files again, or remove it",
                           file.string());
  }
  return std::move(answers).value();
}

// Answers are hours of somebody's work: a sample that they are not to must not take their place.
Result<void> CheckNothingIsLost(const RunPaths& paths, const AuditSample& sample) {
  const std::filesystem::path file = paths.Audit() / kAuditAnswersFile;
  if (!Exists(file)) return Ok();
  PRELABEL_TRY(const std::string text, ReadWholeFile(file, kMaxRecordBytes));
  if (ParseAuditAnswers(text, sample)) return Ok();
  return InvalidArgument(
      "has answers to another sample; draw with the labels, numbers and seed of that one, or move "
      "the folder away",
      paths.Audit().string());
}

Result<AuditSample> Draw(const JobContext& context, Store& store, const AuditPlan& plan) {
  AuditSampler sampler(context.classes, context.job.interpolation, plan);
  const ItemNames names(context.dataset);
  PRELABEL_TRY(const auto damaged, MergeLabels(
                                       context.dataset, context.job, context.classes, store,
                                       [&](const LabeledItem& item) -> Result<void> {
                                         sampler.Add(item, names.FileName(item.source, item.item));
                                         return Ok();
                                       },
                                       OpenMotion));
  if (!damaged.empty()) {
    return InvalidArgument(DescribeDamage(damaged) + "; repair them with 'prelabel run'",
                           context.paths.dir.string());
  }
  return sampler.Finish(context.job.name);
}

// What lies between keyframes does not matter to it: nothing is followed through the video.
Result<std::string> HashOfLabels(const JobContext& context, Store& store) {
  LabelDigest digest(context.classes, context.job.interpolation);
  const ItemNames names(context.dataset);
  PRELABEL_TRY(MergeLabels(context.dataset, context.job, context.classes, store,
                           [&](const LabeledItem& item) -> Result<void> {
                             digest.Add(item, names.FileName(item.source, item.item));
                             return Ok();
                           }));
  return digest.Finish();
}

Result<std::unique_ptr<Store>> OpenStoreOf(const JobContext& context) {
  PRELABEL_TRY(auto store, OpenSqliteStoreReadOnly(context.paths.Database().string()));
  PRELABEL_TRY(CheckRunIsOf(context, *store));
  return store;
}

std::string Summary(const AuditSample& sample, const AuditAnswers& answers,
                    const QualityOptions& quality) {
  AuditOptions options;
  options.target_precision = Decimal(quality.target_precision);
  options.confidence = Decimal(quality.confidence);
  const AuditResult result = EvaluateAudit(sample, answers, options);
  std::string text =
      fmt::format("{} of {} labels and {} of {} whole images are answered\n", result.boxes_answered,
                  result.boxes_drawn, result.images_answered, result.images_drawn);
  const auto range = [](const char* name, double value, const Interval& interval) {
    return fmt::format("{} {:.1f} % ({:.1f} to {:.1f})", name, 100 * value, 100 * interval.low,
                       100 * interval.high);
  };
  const auto line = [&](const std::string& name, const ClassAudit& audit) {
    if (audit.checked == 0 && audit.objects == 0) return;
    text += "  " + name;
    if (audit.checked > 0) {
      text += fmt::format(": {} of {} right, {}", audit.right, audit.checked,
                          range("precision", audit.precision, audit.precision_interval));
    }
    if (audit.objects > 0) {
      text += fmt::format("{} {} of {} found, {}", audit.checked > 0 ? ";" : ":", audit.found,
                          audit.objects, range("recall", audit.recall, audit.recall_interval));
    }
    if (audit.guaranteed_threshold) {
      text += fmt::format("; guaranteed from a score of {:.2f} up", *audit.guaranteed_threshold);
    }
    text += '\n';
  };
  // Those that most is known of; a screen full of single labels would tell nothing.
  constexpr std::size_t kShown = 12;
  std::vector<std::size_t> shown;
  for (std::size_t c = 0; c < result.classes.size(); ++c) {
    if (result.classes[c].checked > 0 || result.classes[c].objects > 0) shown.push_back(c);
  }
  const std::size_t known = shown.size();
  std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) {
    return result.classes[a].checked > result.classes[b].checked;
  });
  shown.resize(std::min(known, kShown));
  for (const std::size_t c : shown) line(sample.categories[c].name, result.classes[c]);
  if (known > kShown) text += fmt::format("  {} more classes\n", known - kShown);
  line("all", result.all);
  return text;
}

}  // namespace

Result<std::string> SampleForAudit(const AuditSampleArguments& arguments) {
  PRELABEL_TRY(const JobContext context, LoadRunContext(arguments.run, {}));
  PRELABEL_TRY(const auto store, OpenStoreOf(context));
  PRELABEL_TRY(const AuditSample sample,
               Draw(context, *store, {arguments.labels, arguments.images, arguments.seed}));
  if (sample.checked.empty() && sample.whole.empty()) {
    return InvalidArgument(
        "there is nothing to draw from: no label and no image that was looked at", arguments.run);
  }
  PRELABEL_TRY(CheckNothingIsLost(context.paths, sample));
  const std::filesystem::path out =
      arguments.out.empty() ? context.paths.Audit() : std::filesystem::path(arguments.out);
  PictureFolder pictures(context.dataset, context.job.fetch);
  PRELABEL_TRY(pictures.Write(sample.checked, out / "labels" / "pictures"));
  PRELABEL_TRY(pictures.Write(sample.whole, out / "images" / "pictures"));
  const std::pair<std::filesystem::path, std::string> files[] = {
      {out / "labels" / "cvat.xml", CvatChecked(sample)},
      {out / "labels" / "cvat-labels.json", CvatCheckedLabels(sample)},
      {out / "labels" / "label-studio.json", LabelStudioChecked(sample, "labels/pictures")},
      {out / "labels" / "label-studio.xml", LabelStudioCheckedConfig(sample)},
      {out / "images" / "cvat.xml", CvatWhole(sample)},
      {out / "images" / "cvat-labels.json", CvatWholeLabels(sample)},
      {out / "images" / "label-studio.json", LabelStudioWhole(sample, "images/pictures")},
      {out / "images" / "label-studio.xml", LabelStudioWholeConfig(sample)},
      {out / "README.txt", AuditInstructions(sample, "prelabel audit ingest RUN")},
      {context.paths.Audit() / kAuditSampleFile, FormatAuditSample(sample)}};
  for (const auto& [file, text] : files) {
    PRELABEL_TRY(WriteWholeFile(file, text));
  }
  std::string told = fmt::format(
      "{}: sample {} of seed {}\n  {} labels of {} classes in {} pictures, to be checked\n"
      "  {} of {} images and frames, to be looked through\n",
      Shown(out), sample.id, sample.seed, sample.LabelCount(),
      std::count_if(sample.categories.begin(), sample.categories.end(),
                    [](const AuditCategory& category) { return category.drawn > 0; }),
      sample.checked.size(), sample.whole.size(), sample.items);
  if (pictures.unreadable() > 0) {
    told += fmt::format("  {} pictures cannot be read and are left out\n", pictures.unreadable());
  }
  return told + fmt::format("{} says how\n", Shown(out / "README.txt"));
}

Result<std::string> IngestAnswers(const AuditIngestArguments& arguments) {
  PRELABEL_TRY(const JobContext context, LoadRunContext(arguments.run, {}));
  if (!Exists(context.paths.Audit() / kAuditSampleFile)) {
    return InvalidArgument("nothing was drawn in this run; begin with 'prelabel audit sample'",
                           arguments.run);
  }
  PRELABEL_TRY(const AuditSample sample, LoadSample(context.paths));
  AnswerCollector collector(sample);
  for (const std::string& file : arguments.answers) {
    auto in = OpenRegularFile(file);
    if (!in) return InvalidArgument(in.error().message, file);
    collector.StartFile(file);
    const std::uint64_t before = collector.labels() + collector.images();
    auto read = ReadAuditAnswers(in.value(), collector);
    if (!read) {
      Error error = std::move(read).error();
      error.context = error.context.empty() ? file : file + ": " + error.context;
      return error;
    }
    if (collector.labels() + collector.images() == before) {
      return InvalidArgument(
          "has no answer that no other file had: set `verdict` of boxes and `looked_through` of "
          "images in CVAT, or submit tasks in Label Studio, and export again",
          file);
    }
  }
  PRELABEL_TRY(const auto store, OpenStoreOf(context));
  PRELABEL_TRY(const std::string hash, HashOfLabels(context, *store));
  if (hash != sample.labels_hash) {
    return InvalidArgument(
        "the run's labels are no longer those that were drawn from: the job's labels, classes or "
        "data have changed since. Change them back, or move RUN/audit away and draw again",
        arguments.run);
  }
  AuditAnswers answers = NoAnswers(sample);
  const std::filesystem::path file = context.paths.Audit() / kAuditAnswersFile;
  if (Exists(file)) {
    PRELABEL_TRY(answers, LoadAnswers(context.paths, sample));
  }
  const std::uint64_t changed = collector.AddTo(&answers);
  PRELABEL_TRY(WriteWholeFile(file, FormatAuditAnswers(answers, sample)));
  std::string told = fmt::format("{}: {} labels and {} whole images read", Shown(file),
                                 collector.labels(), collector.images());
  if (changed > 0) told += fmt::format(", {} of them answered anew", changed);
  told += '\n';
  if (collector.foreign_objects() > 0) {
    told += fmt::format("{} objects are of classes that the job does not have; they do not count\n",
                        collector.foreign_objects());
  }
  return told + Summary(sample, answers, context.job.quality);
}

Result<std::optional<StoredAudit>> LoadAudit(const RunPaths& paths) {
  if (!Exists(paths.Audit() / kAuditAnswersFile)) return std::optional<StoredAudit>();
  StoredAudit audit;
  PRELABEL_TRY(audit.sample, LoadSample(paths));
  PRELABEL_TRY(audit.answers, LoadAnswers(paths, audit.sample));
  return std::optional<StoredAudit>(std::move(audit));
}

}  // namespace prelabel
