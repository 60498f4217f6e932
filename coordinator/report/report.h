// The report of a run as a value, and its three forms: report.json, a self-contained report.html
// and the table that the terminal shows. Formatting is pure: equal reports give equal bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/geometry/box.h"
#include "common/job/job_spec.h"
#include "common/job/model_card.h"
#include "coordinator/confidence/own_labels.h"
#include "coordinator/merge/merge.h"
#include "coordinator/report/assessment.h"
#include "coordinator/report/duplicates_report.h"
#include "coordinator/report/run_stats.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// What varies from run to run of the same job. In report.json it all stands under the key "run".
struct RunInfo {
  std::string version;                       // of prelabel
  std::string started;                       // date and time as text; empty where unknown
  double seconds = 0;                        // from the first assignment to the last commit
  std::uint64_t items_run = 0;               // items that the model looked at in this run
  double items_per_second = 0;               // of `items_run`; 0 where nothing had to be done
  std::vector<std::string> workers;          // who took part
  std::vector<std::string> compute_classes;  // more than one: bytes may depend on who did what
  bool resumed = false;                      // earlier results were used
  std::string retry_command;  // for a shell: tries quarantined items again; empty without any
};

struct ClassReport {
  Category category;
  std::vector<std::string> model_classes;  // that are written as this one
  std::vector<float> thresholds;           // parallel to model_classes
  ClassStats stats;
};

struct SourceReport {
  SourceKind kind = SourceKind::kImages;
  std::string name;
  std::int64_t keyframe_every = 1;            // video
  std::optional<AdaptiveKeyframes> adaptive;  // video; instead
  std::string drawn_in;                       // video; instead: the name of the file of keyframes
  std::string error;                          // the source could not be read at all
  std::vector<std::string> warnings;          // what was left out or is odd, a sentence each
  SourceStats stats;
};

struct QuarantinedReport {
  std::string name;  // as in the labels
  std::string reason;
};

// A frame where one keyframe more would help most.
struct WantedReport {
  std::string video;   // the source's name
  double seconds = 0;  // from the video's start
  HelpfulFrame help;   // categories: positions in Report::classes
};

struct SampleBox {
  Box box;           // pixels of the sample
  int category = 0;  // position in Report::classes
  float score = 0;
  bool interpolated = false;
  std::uint32_t track_id = 0;  // 0: not part of a track
};

// A picture, small enough for a page, and its labels.
struct SamplePicture {
  std::string name;  // as in the labels
  int width = 0;
  int height = 0;
  std::vector<SampleBox> boxes;
  std::vector<std::uint8_t> jpeg;
  std::string note;  // why it is shown; empty for samples, which are not chosen for anything
};

// Pictures with something in common.
struct PictureGroup {
  std::string title;  // "Darkest"
  std::vector<SamplePicture> pictures;
};

struct Report {
  std::string job;
  std::string model;  // empty where people drew the keyframes of every source
  std::string model_license;
  std::string model_source;
  std::string model_sha256;                // of its weights; empty where unknown
  std::vector<std::string> model_classes;  // by class id of the model
  LabelOptions labels;
  RunTotals totals;
  std::vector<ClassReport> classes;  // as in the class map
  std::vector<SourceReport> sources;
  std::vector<QuarantinedReport> quarantined;  // the first of totals.all.quarantined
  std::vector<WantedReport> wanted;            // as totals.wanted
  std::vector<SamplePicture> samples;          // report.html only
  // Absent in a run without a model. Its vectors by category are parallel to `classes`.
  std::optional<Assessment> assessment;
  std::optional<DuplicatesReport> duplicates;  // absent in a run without a model
  // Only where sources came with labels; its vectors by category are parallel to `classes`. No
  // verdict rests on it.
  std::optional<OwnLabels> own_labels;
  // In report.html; report.json has their names and notes.
  std::vector<SamplePicture> least_confident;
  std::vector<SamplePicture> odd;  // most shifted
  std::vector<PictureGroup> gallery;
  RunInfo run;
};

Report BuildReport(const JobSpec& job, const ModelCard& card, const Dataset& dataset,
                   const ClassMap& classes, RunTotals totals, RunInfo run,
                   std::vector<SamplePicture> samples);

// Of report.json.
inline constexpr std::uint64_t kReportFormat = 2;

// configs/schema/report.schema.json describes it.
std::string FormatReportJson(const Report& report);

// One file, nothing fetched: styles, charts (SVG), pictures and a little script are inside. Without
// the script, or where it may not run, everything but the threshold sliders is there.
std::string FormatReportHtml(const Report& report);

// At most 80 columns for names in ASCII; ends with a newline.
std::string FormatSummary(const Report& report);

// Positions of the classes with labels or predictions, most labels first (then most predictions,
// then id): the order of tables.
std::vector<std::size_t> ClassesByLabels(const Report& report);

// 0xRRGGBB of each class's boxes, by position. The classes with most labels have colors of their
// own.
std::vector<std::uint32_t> ClassColors(const Report& report);

}  // namespace prelabel
