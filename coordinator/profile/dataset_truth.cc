#include "coordinator/profile/dataset_truth.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "common/base/parse_number.h"
#include "common/job/yaml_document.h"
#include "coordinator/formats/input_file.h"
#include "coordinator/formats/voc_reader.h"
#include "coordinator/formats/yolo_reader.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

// Where trainers look for it (ultralytics/data/utils.py, img2label_paths): the last folder called
// images is exchanged for labels.
fs::path YoloLabelFile(const std::string& picture) {
  fs::path file = picture;
  file.replace_extension(".txt");
  std::string text = file.string();
  constexpr std::string_view kImages = "/images/";
  const std::size_t at = text.rfind(kImages);
  if (at != std::string::npos) text.replace(at, kImages.size(), "/labels/");
  return text;
}

class YoloRows : public YoloVisitor {
 public:
  Result<void> OnRow(const YoloRow& row) override {
    rows.push_back(row);
    return Ok();
  }
  std::vector<YoloRow> rows;
};

Box BoundsOfRow(const YoloRow& row, int width, int height) {
  if (row.IsBox()) return YoloBox(row, width, height);
  Shape shape;
  shape.kind = ShapeKind::kPolygon;
  shape.points = YoloPolygon(row, width, height);
  return BoundsOf(shape);
}

Result<std::vector<std::string>> YoloNames(const fs::path& data_yaml) {
  PRELABEL_TRY(const std::string text, ReadYamlFile(data_yaml, "data.yaml"));
  ProblemList problems(1);
  YoloData data = ReadYoloData(text, problems);
  if (data.names.empty()) {
    return InvalidArgument("'names' is missing; without the classes' names nothing can be compared",
                           data_yaml.string());
  }
  return std::move(data.names);
}

// An edge in the devkit's pixels, whose first is 1.
std::optional<float> VocNumber(const VocObject& object, const char* name) {
  const auto found = object.texts.find(name);
  if (found == object.texts.end()) return std::nullopt;
  const auto number = ParseNumber<double>(found->second);
  return number ? std::optional(static_cast<float>(*number)) : std::nullopt;
}

bool IsSet(const VocObject& object, const char* name) {
  const auto found = object.texts.find(name);
  return found != object.texts.end() && found->second == "1";
}

Error WithFile(const Error& error, const fs::path& file) {
  return Error{error.code, error.ToString(), file.string()};
}

}  // namespace

Result<DatasetTruth> DatasetTruth::Open(const Dataset& dataset,
                                        const std::vector<std::string>& classes) {
  DatasetTruth truth(dataset, classes);
  for (std::size_t s = 0; s < dataset.sources.size(); ++s) {
    PRELABEL_TRY(truth.Read(s));
  }
  return truth;
}

DatasetTruth DatasetTruth::OpenReadable(const Dataset& dataset,
                                        const std::vector<std::string>& classes,
                                        std::map<std::uint32_t, Error>& problems) {
  DatasetTruth truth(dataset, classes);
  for (std::size_t s = 0; s < dataset.sources.size(); ++s) {
    if (const Result<void> read = truth.Read(s); !read) {
      problems.emplace(static_cast<std::uint32_t>(s), read.error());
    }
  }
  return truth;
}

Result<void> DatasetTruth::Read(std::size_t s) {
  const std::optional<LabeledDataset>& labeled = dataset_->sources[s].labeled;
  if (!labeled || !dataset_->sources[s].error.empty()) return Ok();
  Source source;
  if (labeled->layout == DatasetLayout::kCoco) {
    PRELABEL_TRY(source.coco.Add(labeled->place, *classes_));
    if (source.coco.objects() == 0 && source.coco.unknown().empty()) return Ok();
    for (const auto& [name, count] : source.coco.unknown()) unknown_[name] += count;
    source.names = source.coco.categories();
  } else if (labeled->layout == DatasetLayout::kYolo) {
    PRELABEL_TRY(source.by_id, YoloNames(labeled->place));
    source.names.insert(source.by_id.begin(), source.by_id.end());
  }
  sources_.emplace(static_cast<std::uint32_t>(s), std::move(source));
  return Ok();
}

const std::set<std::string>* DatasetTruth::NamesOf(SourceId id) const {
  const auto found = sources_.find(id.value);
  return found == sources_.end() ? nullptr : &found->second.names;
}

Result<const std::vector<TruthObject>*> DatasetTruth::Find(SourceId id, std::uint64_t item,
                                                           int width, int height) {
  const auto found = sources_.find(id.value);
  if (found == sources_.end()) return nullptr;
  const SourceItems& source = dataset_->sources[id.value];
  if (source.labeled->layout == DatasetLayout::kCoco) {
    return found->second.coco.Find(source.files[item]);
  }
  objects_.clear();
  const Result<bool> known = source.labeled->layout == DatasetLayout::kYolo
                                 ? ReadYolo(found->second, source.Location(item), width, height)
                                 : ReadVocFile(source, item, found->second.names);
  if (!known) return known.error();
  return known.value() ? &objects_ : nullptr;
}

void DatasetTruth::Add(const std::string& name, const Box& box, bool crowd) {
  const auto found = std::find(classes_->begin(), classes_->end(), name);
  if (found != classes_->end()) {
    objects_.push_back({static_cast<std::uint16_t>(found - classes_->begin()), box, crowd});
  } else if (!crowd) {
    ++unknown_[name];
  }
}

Result<bool> DatasetTruth::ReadYolo(const Source& source, const std::string& picture, int width,
                                    int height) {
  const fs::path file = YoloLabelFile(picture);
  std::error_code error;
  if (!fs::exists(file, error)) return false;
  Result<std::ifstream> in = OpenRegularFile(file);
  if (!in) return WithFile(in.error(), file);
  YoloRows read;
  if (const Result<void> done = ReadYoloLabels(in.value(), read); !done) {
    return WithFile(done.error(), file);
  }
  for (const YoloRow& row : read.rows) {
    if (row.class_id < 0 || static_cast<std::size_t>(row.class_id) >= source.by_id.size()) {
      return InvalidArgument(fmt::format("line {}: data.yaml has no class {}; it names {}",
                                         row.line, row.class_id, source.by_id.size()),
                             file.string());
    }
    Add(source.by_id[static_cast<std::size_t>(row.class_id)], BoundsOfRow(row, width, height),
        false);
  }
  return true;
}

Result<bool> DatasetTruth::ReadVocFile(const SourceItems& source, std::uint64_t item,
                                       std::set<std::string>& names) {
  fs::path file = source.labeled->place / "Annotations" / source.files[item];
  file.replace_extension(".xml");
  std::error_code error;
  if (!fs::exists(file, error)) return false;
  Result<std::ifstream> in = OpenRegularFile(file);
  if (!in) return WithFile(in.error(), file);
  const Result<VocPicture> picture = ReadVoc(in.value());
  if (!picture) return WithFile(picture.error(), file);
  for (const VocObject& object : picture.value().objects) {
    const auto x1 = VocNumber(object, "bndbox/xmin");
    const auto y1 = VocNumber(object, "bndbox/ymin");
    const auto x2 = VocNumber(object, "bndbox/xmax");
    const auto y2 = VocNumber(object, "bndbox/ymax");
    const auto name = object.texts.find("name");
    if (!x1 || !y1 || !x2 || !y2 || name == object.texts.end()) {
      return InvalidArgument(
          "an object lacks its 'name', or 'bndbox' with xmin, ymin, xmax and ymax",
          fmt::format("{}: {}", file.string(), object.place));
    }
    names.insert(name->second);
    Add(name->second, {*x1 - 1, *y1 - 1, *x2, *y2}, IsSet(object, "difficult"));
  }
  return true;
}

}  // namespace prelabel
