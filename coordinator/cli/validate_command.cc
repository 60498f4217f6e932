#include "coordinator/cli/validate_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/job/yaml_document.h"
#include "coordinator/cli/label_files.h"
#include "coordinator/formats/coco_check.h"
#include "coordinator/formats/cvat_check.h"
#include "coordinator/formats/cvat_images_check.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/formats/json_checks.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_problem.h"
#include "coordinator/formats/mot_check.h"
#include "coordinator/formats/voc_check.h"
#include "coordinator/formats/yolo_check.h"
#include "coordinator/formats/yolo_reader.h"

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
    PRELABEL_TRY(const LabelFileKind kind, LabelFileKindOf(path));
    if (kind == LabelFileKind::kVoc) return CheckVocFolder(path);
    PRELABEL_TRY(std::ifstream in, OpenRegularFile(path));
    if (kind == LabelFileKind::kMot) return CheckMotFile(path, in);
    if (kind == LabelFileKind::kYolo) return CheckYoloFolder(path);
    ProblemList problems(left_);
    PRELABEL_TRY(std::string content, CheckOneFile(kind, in, problems));
    Tell(path, problems);
    return content;
  }

  // Formats of a single file.
  static Result<std::string> CheckOneFile(LabelFileKind kind, std::ifstream& in,
                                          ProblemList& problems) {
    switch (kind) {
      case LabelFileKind::kCvat: {
        PRELABEL_TRY(const CvatCounts counts, CheckCvat(in, problems));
        return fmt::format("CVAT for video, {}, {}, {}", Counted(counts.labels, "label", "labels"),
                           Counted(counts.tracks, "track", "tracks"),
                           Counted(counts.keyframes, "keyframe", "keyframes"));
      }
      case LabelFileKind::kCvatImages: {
        PRELABEL_TRY(const CvatImageCounts counts, CheckCvatImages(in, problems));
        return fmt::format("CVAT for images, {}, {}, {}", Counted(counts.labels, "label", "labels"),
                           Counted(counts.images, "image", "images"),
                           Counted(counts.shapes, "shape", "shapes"));
      }
      case LabelFileKind::kLabelStudio: {
        PRELABEL_TRY(const RecordCounts counts, CheckLabelStudio(in, problems));
        return fmt::format("Label Studio, {}, {}", Counted(counts.records, "task", "tasks"),
                           Counted(counts.labels, "region", "regions"));
      }
      case LabelFileKind::kDatumaro: {
        PRELABEL_TRY(const RecordCounts counts, CheckDatumaro(in, problems));
        return fmt::format("Datumaro, {}, {}", Counted(counts.records, "item", "items"),
                           Counted(counts.labels, "annotation", "annotations"));
      }
      case LabelFileKind::kJsonl: {
        PRELABEL_TRY(const RecordCounts counts, CheckJsonl(in, problems));
        return fmt::format("JSON lines, {}, {}", Counted(counts.records, "item", "items"),
                           Counted(counts.labels, "label", "labels"));
      }
      case LabelFileKind::kSeqInfo: {
        PRELABEL_TRY(CheckSeqInfo(in, problems));
        return std::string("MOT sequence");
      }
      case LabelFileKind::kMotLabels: {
        PRELABEL_TRY(const std::int64_t classes, CheckMotLabels(in, problems));
        return "MOT classes, " + Counted(static_cast<std::uint64_t>(classes), "class", "classes");
      }
      case LabelFileKind::kVocPicture: {
        PRELABEL_TRY(const std::uint64_t objects, CheckVoc(in, nullptr, problems));
        return "Pascal VOC, " + Counted(objects, "object", "objects");
      }
      case LabelFileKind::kYoloLabels: {
        PRELABEL_TRY(const YoloCounts counts, CheckYoloLabels(in, {}, problems));
        return YoloContent(counts);
      }
      default:
        break;
    }
    PRELABEL_TRY(const CocoCounts counts, CheckCoco(in, problems));
    if (counts.results) {
      return "COCO results, " + Counted(counts.annotations, "result", "results");
    }
    return fmt::format("COCO instances, {}, {}, {}", Counted(counts.images, "image", "images"),
                       Counted(counts.categories, "category", "categories"),
                       Counted(counts.annotations, "annotation", "annotations"));
  }

  static std::string YoloContent(const YoloCounts& counts) {
    return fmt::format("YOLO, {}, {}", Counted(counts.boxes, "box", "boxes"),
                       Counted(counts.polygons, "polygon", "polygons"));
  }

  // data.yaml with all label files below it, which are in folders called labels.
  Result<std::string> CheckYoloFolder(const fs::path& path) {
    PRELABEL_TRY(const std::string text, ReadWholeFile(path, kMaxYamlBytes));
    ProblemList problems(left_);
    const YoloData data = ReadYoloData(text, problems);
    std::optional<std::uint64_t> classes;
    if (!data.names.empty()) classes = data.names.size();
    PRELABEL_TRY(std::vector<fs::path> files, FilesBelow(path.parent_path(), ".txt"));
    std::erase_if(files, [&](const fs::path& file) {
      const fs::path within = file.parent_path().lexically_relative(path.parent_path());
      return std::find(within.begin(), within.end(), "labels") == within.end();
    });
    if (files.empty()) {
      problems.Warning("", "no label file is in a folder labels, where trainers look for them");
    }
    Tell(path, problems);
    YoloCounts all;
    for (const fs::path& file : files) {
      PRELABEL_TRY(std::ifstream in, OpenRegularFile(file));
      ProblemList found(left_);
      PRELABEL_TRY(const YoloCounts counts, CheckYoloLabels(in, classes, found));
      Tell(file, found);
      all.boxes += counts.boxes;
      all.polygons += counts.polygons;
    }
    ProblemList kinds(left_);
    if (all.boxes > 0 && all.polygons > 0) {
      kinds.Warning("",
                    "some label files hold boxes and others polygons; a data set must be one "
                    "or the other");
    }
    Tell(path, kinds);
    return fmt::format("{}, {} in {}", YoloContent(all),
                       Counted(data.names.size(), "class", "classes"),
                       Counted(files.size(), "picture", "pictures"));
  }

  // labelmap.txt, or the folder Annotations where there is none, with all pictures' files.
  Result<std::string> CheckVocFolder(const fs::path& path) {
    std::optional<std::set<std::string>> labels;
    const fs::path folder = path.parent_path();
    ProblemList problems(left_);
    if (path.filename() == "labelmap.txt") {
      PRELABEL_TRY(std::ifstream in, OpenRegularFile(path));
      PRELABEL_TRY(labels, CheckVocLabelMap(in, problems));
    } else {
      problems.Warning("",
                       "labelmap.txt is missing beside it; CVAT and datumaro then know VOC's "
                       "own 20 classes alone");
    }
    Tell(path, problems);
    PRELABEL_TRY(const std::vector<fs::path> files, FilesBelow(folder / "Annotations", ".xml"));
    std::uint64_t objects = 0;
    for (const fs::path& file : files) {
      PRELABEL_TRY(std::ifstream in, OpenRegularFile(file));
      ProblemList found(left_);
      PRELABEL_TRY(const std::uint64_t count, CheckVoc(in, labels ? &*labels : nullptr, found));
      Tell(file, found);
      objects += count;
    }
    return fmt::format("Pascal VOC, {} in {}", Counted(objects, "object", "objects"),
                       Counted(files.size(), "picture", "pictures"));
  }

  // With labels.txt beside it, and seqinfo.ini there or one folder up.
  Result<std::string> CheckMotFile(const fs::path& path, std::ifstream& in) {
    MotContext context;
    const fs::path folder = path.parent_path();
    if (const fs::path labels = folder / "labels.txt"; IsFile(labels)) {
      ProblemList problems(left_);
      PRELABEL_TRY(std::ifstream file, OpenRegularFile(labels));
      PRELABEL_TRY(context.classes, CheckMotLabels(file, problems));
      Tell(labels, problems);
    }
    fs::path sequence = folder / "seqinfo.ini";
    if (!IsFile(sequence)) sequence = folder / ".." / "seqinfo.ini";
    if (IsFile(sequence)) {
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
