#include "coordinator/cli/validate_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "coordinator/formats/coco_check.h"
#include "coordinator/formats/cvat_check.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_problem.h"
#include "coordinator/formats/mot_check.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

constexpr int kValid = 0;
constexpr int kProblems = 1;
constexpr int kUnreadable = 2;

std::string Shown(const fs::path& path) {
  const std::string text = path.string();
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  return plain ? text : JsonString(text);
}

std::string Counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

bool HasFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

enum class Kind { kCoco, kCvat, kMot, kSeqInfo, kMotLabels };

// By name, and where that says nothing by the first character.
Result<Kind> KindOf(const fs::path& path) {
  if (path.filename() == "seqinfo.ini") return Kind::kSeqInfo;
  if (path.filename() == "labels.txt") return Kind::kMotLabels;
  if (path.extension() == ".json") return Kind::kCoco;
  if (path.extension() == ".xml") return Kind::kCvat;
  if (path.extension() == ".txt" || path.extension() == ".csv") return Kind::kMot;
  PRELABEL_TRY(std::ifstream in, OpenRegularFile(path));
  char first = 0;
  in >> first;
  if (first == '<') return Kind::kCvat;
  return first == '{' || first == '[' ? Kind::kCoco : Kind::kMot;
}

// Checks files one after the other and prints as it goes.
class Validation {
 public:
  Validation(std::size_t limit, std::ostream& out, std::ostream& err)
      : left_(limit), out_(out), err_(err) {}

  void Check(const fs::path& path) {
    const Result<std::string> content = CheckFile(path);
    if (!content) {
      fmt::print(err_, "prelabel: {}: {}\n", Shown(path), content.error().ToString());
      unreadable_ = true;
      return;
    }
    ++files_;
    fmt::print(out_, "{}: {}\n", Shown(path), content.value());
  }

  int Finish() {
    if (files_ == 0) return kUnreadable;
    const std::uint64_t told = errors_ + warnings_ - hidden_;
    if (hidden_ > 0) {
      fmt::print(out_, "… and {} more; these were the first {} (--max-problems)\n", hidden_, told);
    }
    fmt::print(out_, "{} checked: {}, {}\n", Counted(files_, "file", "files"),
               Counted(errors_, "problem", "problems"), Counted(warnings_, "warning", "warnings"));
    if (unreadable_) return kUnreadable;
    return errors_ > 0 ? kProblems : kValid;
  }

 private:
  // What is in the file, for its line of the output. An error: it could not be read.
  Result<std::string> CheckFile(const fs::path& path) {
    PRELABEL_TRY(const Kind kind, KindOf(path));
    PRELABEL_TRY(std::ifstream in, OpenRegularFile(path));
    if (kind == Kind::kMot) return CheckMotFile(path, in);
    ProblemList problems(left_);
    std::string content;
    if (kind == Kind::kCoco) {
      PRELABEL_TRY(const CocoCounts counts, CheckCoco(in, problems));
      content =
          counts.results
              ? "COCO results, " + Counted(counts.annotations, "result", "results")
              : fmt::format("COCO instances, {}, {}, {}", Counted(counts.images, "image", "images"),
                            Counted(counts.categories, "category", "categories"),
                            Counted(counts.annotations, "annotation", "annotations"));
    } else if (kind == Kind::kCvat) {
      PRELABEL_TRY(const CvatCounts counts, CheckCvat(in, problems));
      content = fmt::format("CVAT for video, {}, {}, {}", Counted(counts.labels, "label", "labels"),
                            Counted(counts.tracks, "track", "tracks"),
                            Counted(counts.keyframes, "keyframe", "keyframes"));
    } else if (kind == Kind::kSeqInfo) {
      PRELABEL_TRY(CheckSeqInfo(in, problems));
      content = "MOT sequence";
    } else {
      PRELABEL_TRY(const std::int64_t classes, CheckMotLabels(in, problems));
      content = "MOT classes, " + Counted(static_cast<std::uint64_t>(classes), "class", "classes");
    }
    Tell(path, problems);
    return content;
  }

  // With labels.txt beside it, and seqinfo.ini there or one folder up.
  Result<std::string> CheckMotFile(const fs::path& path, std::ifstream& in) {
    MotContext context;
    const fs::path folder = path.parent_path();
    if (const fs::path labels = folder / "labels.txt"; HasFile(labels)) {
      ProblemList problems(left_);
      PRELABEL_TRY(std::ifstream file, OpenRegularFile(labels));
      PRELABEL_TRY(context.classes, CheckMotLabels(file, problems));
      Tell(labels, problems);
    }
    fs::path sequence = folder / "seqinfo.ini";
    if (!HasFile(sequence)) sequence = folder / ".." / "seqinfo.ini";
    if (HasFile(sequence)) {
      sequence = sequence.lexically_normal();
      ProblemList problems(left_);
      PRELABEL_TRY(std::ifstream file, OpenRegularFile(sequence));
      PRELABEL_TRY(context.frames, CheckSeqInfo(file, problems));
      Tell(sequence, problems);
    }
    ProblemList problems(left_);
    PRELABEL_TRY(const MotCounts counts, CheckMot(in, context, problems));
    Tell(path, problems);
    return fmt::format("MOT, {}, {}", Counted(counts.boxes, "box", "boxes"),
                       Counted(counts.tracks, "track", "tracks"));
  }

  void Tell(const fs::path& path, const ProblemList& problems) {
    for (const LabelProblem& problem : problems.kept()) {
      fmt::print(
          out_, "{}: {}{}{}{}\n", Shown(path), problem.place, problem.place.empty() ? "" : ": ",
          problem.severity == LabelProblem::Severity::kWarning ? "warning: " : "", problem.message);
    }
    left_ -= problems.kept().size();
    errors_ += problems.errors();
    warnings_ += problems.warnings();
    hidden_ += problems.errors() + problems.warnings() - problems.kept().size();
  }

  std::size_t left_;
  std::ostream& out_;
  std::ostream& err_;
  std::uint64_t files_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t warnings_ = 0;
  std::uint64_t hidden_ = 0;
  bool unreadable_ = false;
};

// XML files are of many kinds; those of CVAT say so at their start.
bool LooksLikeCvat(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string start(4096, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(in.gcount()));
  return start.find("<annotations>") != std::string::npos;
}

// The label files below a folder, sorted; of a run directory those in labels/.
Result<std::vector<fs::path>> LabelFilesIn(fs::path folder) {
  std::error_code error;
  if (HasFile(folder / "job.yaml") && fs::is_directory(folder / "labels", error)) {
    folder /= "labels";
  }
  std::vector<fs::path> files;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    const fs::path& path = at->path();
    if (!at->is_regular_file(ignored)) continue;
    if (path.extension() == ".json" || path.filename() == "gt.txt" ||
        path.filename() == "det.txt" || (path.extension() == ".xml" && LooksLikeCvat(path))) {
      files.push_back(path);
    }
  }
  if (error) return InvalidArgument("the folder cannot be read: " + error.message());
  if (files.empty()) {
    return InvalidArgument(
        "no label file is below it (*.json, gt.txt, det.txt, CVAT's *.xml); give the file");
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int Validate(const ValidateArguments& arguments, std::ostream& out, std::ostream& err) {
  std::error_code error;
  std::vector<fs::path> files{arguments.path};
  if (fs::is_directory(arguments.path, error)) {
    Result<std::vector<fs::path>> found = LabelFilesIn(arguments.path);
    if (!found) {
      fmt::print(err, "prelabel: {}: {}\n", Shown(arguments.path), found.error().ToString());
      return kUnreadable;
    }
    files = std::move(found).value();
  }
  Validation validation(arguments.max_problems, out, err);
  for (const fs::path& file : files) validation.Check(file);
  return validation.Finish();
}

}  // namespace prelabel
