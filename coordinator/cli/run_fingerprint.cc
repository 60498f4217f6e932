#include "coordinator/cli/run_fingerprint.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <string_view>

namespace prelabel {
namespace {

template <class Number>
bool ParseNumber(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

// What the tiles depend on. How they are merged is decided anew each time.
std::string DescribeTiles(const Tiling& tiling) {
  return fmt::format("-in-tiles-of-{}-overlap-{}{}", fmt::join(tiling.sizes, "+"), tiling.overlap,
                     tiling.full_image ? "-and-whole" : "");
}

}  // namespace

RunFingerprint MakeFingerprint(const JobSpec& job, const ModelCard& card,
                               const std::string& ensemble) {
  RunFingerprint fingerprint;
  fingerprint.model_sha256 = "none";
  fingerprint.preprocessing = "none";
  if (!card.sha256.empty()) {
    fingerprint.model_sha256 = card.sha256;
    fingerprint.preprocessing = ensemble.empty() ? DescribePreprocessing(card) : ensemble;
  }
  for (const DataSource& source : job.data) {
    if (!fingerprint.sampling.empty()) fingerprint.sampling += ' ';
    if (source.kind != SourceKind::kVideo) {
      fingerprint.sampling += "images";
      if (source.tiling) fingerprint.sampling += DescribeTiles(*source.tiling);
    } else if (!source.keyframes_from.empty()) {
      fingerprint.sampling += "drawn";  // in which frames, the file may say anew
    } else if (source.adaptive) {
      fingerprint.sampling +=
          fmt::format("adaptive-{}-{}", source.adaptive->budget, source.adaptive->tolerance);
    } else {
      fingerprint.sampling += fmt::format("every-{}", source.keyframe_every);
    }
  }
  fingerprint.raw_threshold = job.labels.raw_threshold;
  fingerprint.raw_nms = job.labels.nms;
  fingerprint.raw_max_per_image = job.labels.max_per_image;
  return fingerprint;
}

std::string FormatFingerprint(const RunFingerprint& f) {
  return fmt::format(
      "model: {}\npreprocessing: {}\nsampling: {}\nraw_threshold: {}\nraw_nms: {}\n"
      "raw_max_per_image: {}\n",
      f.model_sha256, f.preprocessing, f.sampling, f.raw_threshold, f.raw_nms, f.raw_max_per_image);
}

Result<RunFingerprint> ParseFingerprint(const std::string& text) {
  std::map<std::string, std::string> fields;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (const std::size_t colon = line.find(": "); colon != std::string::npos) {
      fields[line.substr(0, colon)] = line.substr(colon + 2);
    }
    begin = end + 1;
  }
  RunFingerprint f;
  f.model_sha256 = fields["model"];
  f.preprocessing = fields["preprocessing"];
  f.sampling = fields["sampling"];
  if (f.model_sha256.empty() || !ParseNumber(fields["raw_threshold"], f.raw_threshold) ||
      !ParseNumber(fields["raw_nms"], f.raw_nms) ||
      !ParseNumber(fields["raw_max_per_image"], f.raw_max_per_image)) {
    return DataLoss("the run's fingerprint cannot be read; start a new run directory");
  }
  return f;
}

Result<void> CheckFingerprint(const RunFingerprint& run, const RunFingerprint& job) {
  std::string differences;
  const auto differs = [&](std::string_view field, const auto& was, const auto& is,
                           std::string_view rule) {
    differences += fmt::format("\n  {}: the run has {}, the job {}{}", field, was, is, rule);
  };
  if (run.model_sha256 != job.model_sha256) {
    differs("model (sha256)", run.model_sha256, job.model_sha256, "");
  }
  if (run.preprocessing != job.preprocessing) {
    differs("pre-processing", run.preprocessing, job.preprocessing, "");
  }
  // Sources may be added behind those that the run has.
  if (job.sampling != run.sampling && !(job.sampling + " ").starts_with(run.sampling + " ")) {
    differs("keyframes by source", run.sampling, job.sampling, "");
  }
  if (job.raw_threshold < run.raw_threshold) {
    differs("labels.raw_threshold", run.raw_threshold, job.raw_threshold, " (may only be raised)");
  }
  if (job.raw_nms > run.raw_nms) {
    differs("labels.nms", run.raw_nms, job.raw_nms, " (may only be lowered)");
  }
  if (job.raw_max_per_image > run.raw_max_per_image) {
    differs("labels.max_per_image", run.raw_max_per_image, job.raw_max_per_image,
            " (may only be lowered)");
  }
  if (differences.empty()) return Ok();
  return InvalidArgument(
      "the run directory holds predictions made under other settings; set output.dir to a new "
      "folder, or these back:" +
      differences);
}

}  // namespace prelabel
