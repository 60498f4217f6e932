#include "coordinator/cli/label_files.h"

#include <algorithm>
#include <fstream>
#include <ios>
#include <string>
#include <system_error>

#include "coordinator/formats/cvat_images_check.h"
#include "coordinator/formats/input_file.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

std::string StartOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string start(4096, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(in.gcount()));
  return start;
}

bool Has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

char FirstCharacter(const std::string& text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return at == std::string::npos ? '\0' : text[at];
}

// XML files are of many kinds; those of CVAT and Pascal VOC say so at their start.
bool LooksLikeCvat(const std::string& start) { return Has(start, "<annotations"); }
bool LooksLikeVoc(const std::string& start) {
  return Has(start, "<annotation>") || Has(start, "<annotation ");
}

LabelFileKind JsonKind(const std::string& start) {
  const bool list = FirstCharacter(start) == '[';
  if (list && Has(start, "\"data\"")) return LabelFileKind::kLabelStudio;
  if (!list && (Has(start, "\"dm_format_version\"") || Has(start, "\"media_type\""))) {
    return LabelFileKind::kDatumaro;
  }
  return LabelFileKind::kCoco;
}

LabelFileKind XmlKind(const fs::path& path, const std::string& start) {
  if (!LooksLikeCvat(start) && LooksLikeVoc(start)) return LabelFileKind::kVocPicture;
  std::ifstream in(path, std::ios::binary);
  return HoldsCvatImages(in) ? LabelFileKind::kCvatImages : LabelFileKind::kCvat;
}

// A row of YOLO has blanks, one of MOTChallenge commas.
LabelFileKind TextKind(const std::string& start) {
  const std::string line = start.substr(0, start.find('\n'));
  return line.find(',') == std::string::npos && line.find(' ') != std::string::npos
             ? LabelFileKind::kYoloLabels
             : LabelFileKind::kMot;
}

bool HasXml(const fs::path& folder) {
  const Result<std::vector<fs::path>> files = FilesBelow(folder, ".xml");
  return files && !files.value().empty();
}

// Whether there is something to check at a file or folder that was found.
bool IsLabels(const fs::directory_entry& entry) {
  std::error_code ignored;
  const fs::path& path = entry.path();
  if (entry.is_directory(ignored)) {
    return path.filename() == "Annotations" && !IsFile(path.parent_path() / "labelmap.txt") &&
           HasXml(path);
  }
  if (!entry.is_regular_file(ignored)) return false;
  const fs::path name = path.filename();
  if (name == "labelmap.txt") return fs::is_directory(path.parent_path() / "Annotations", ignored);
  return path.extension() == ".json" || name == "gt.txt" || name == "det.txt" ||
         name == "data.yaml" || (path.extension() == ".jsonl" && name != "scores.jsonl") ||
         (path.extension() == ".xml" && LooksLikeCvat(StartOf(path)));
}

}  // namespace

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

Result<LabelFileKind> LabelFileKindOf(const fs::path& path) {
  const fs::path name = path.filename();
  if (name == "seqinfo.ini") return LabelFileKind::kSeqInfo;
  if (name == "labels.txt") return LabelFileKind::kMotLabels;
  if (name == "labelmap.txt" || name == "Annotations") return LabelFileKind::kVoc;
  if (path.extension() == ".yaml" || path.extension() == ".yml") return LabelFileKind::kYolo;
  if (path.extension() == ".jsonl") return LabelFileKind::kJsonl;
  PRELABEL_TRY(OpenRegularFile(path));
  const std::string start = StartOf(path);
  if (path.extension() == ".json") return JsonKind(start);
  if (path.extension() == ".xml") return XmlKind(path, start);
  if (path.extension() == ".txt" || path.extension() == ".csv") return TextKind(start);
  const char first = FirstCharacter(start);
  if (first == '<') return XmlKind(path, start);
  return first == '{' || first == '[' ? JsonKind(start) : TextKind(start);
}

Result<std::vector<fs::path>> FilesBelow(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> files;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return files;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && at->path().extension() == extension) {
      files.push_back(at->path());
    }
  }
  if (error) return InvalidArgument("the folder cannot be read: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<fs::path>> LabelFilesIn(fs::path folder) {
  std::error_code error;
  if (IsFile(folder / "job.yaml") && fs::is_directory(folder / "labels", error)) {
    folder /= "labels";
  }
  std::vector<fs::path> files;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (IsLabels(*at)) files.push_back(at->path());
  }
  if (error) return InvalidArgument("the folder cannot be read: " + error.message());
  if (files.empty()) {
    return InvalidArgument(
        "no label file is below it (*.json, *.jsonl, gt.txt, det.txt, CVAT's *.xml, YOLO's "
        "data.yaml, Pascal VOC's Annotations); give the file");
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace prelabel
