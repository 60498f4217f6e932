#include "coordinator/formats/coco_reader.h"

#include <cstddef>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "coordinator/formats/coco_segmentation.h"
#include "coordinator/formats/json_stream.h"

namespace prelabel {
namespace {

constexpr std::size_t kMaxBoxNumbers = 5;  // one too many is enough to notice
constexpr std::size_t kMaxProblemsOfRecord = 8;

enum class List : std::uint8_t { kImages, kCategories, kAnnotations };
constexpr std::string_view kListNames[] = {"images", "categories", "annotations"};

std::optional<double> Number(const JsonScalar& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return static_cast<double>(*integer);
  }
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

// A record while it is read: one value of each kind, of which its list uses some.
struct Record {
  CocoImage image;
  CocoCategory category;
  CocoAnnotation annotation;
  std::vector<std::string> problems;  // told when the record's id is known

  void Problem(std::string message) {
    if (problems.size() < kMaxProblemsOfRecord) problems.push_back(std::move(message));
  }
};

using FieldPointer = std::variant<std::monostate, CocoField<std::int64_t>*, CocoField<double>*,
                                  CocoField<std::string>*, CocoField<std::array<double, 4>>*,
                                  CocoField<CocoSegmentation>*>;

FieldPointer FindField(List list, std::string_view key, Record& record) {
  if (list == List::kImages) {
    if (key == "id") return &record.image.id;
    if (key == "file_name") return &record.image.file_name;
    if (key == "width") return &record.image.width;
    if (key == "height") return &record.image.height;
    if (key == "video") return &record.image.video;
    if (key == "frame_index") return &record.image.frame_index;
  } else if (list == List::kCategories) {
    if (key == "id") return &record.category.id;
    if (key == "name") return &record.category.name;
  } else {
    CocoAnnotation& annotation = record.annotation;
    if (key == "id") return &annotation.id;
    if (key == "image_id") return &annotation.image_id;
    if (key == "category_id") return &annotation.category_id;
    if (key == "bbox") return &annotation.bbox;
    if (key == "segmentation") return &annotation.segmentation;
    if (key == "iscrowd") return &annotation.iscrowd;
    if (key == "score") return &annotation.score;
    if (key == "area") return &annotation.area;
    if (key == "track_id") return &annotation.track_id;
  }
  return {};
}

class CocoEvents : public JsonEvents {
 public:
  CocoEvents(const CocoSections& sections, CocoVisitor& visitor)
      : sections_(sections), visitor_(visitor) {}

  const CocoOutline& outline() const { return outline_; }

  Result<void> OnBeginObject() override { return Begin(true); }
  Result<void> OnBeginArray() override { return Begin(false); }

  Result<void> OnKey(std::string_view key) override {
    if (segmentation_.open()) {
      segmentation_.Key(key);
    } else if (In() == Place::kFile) {
      key_ = key;
    } else if (In() == Place::kRecord) {
      field_ = FindField(list_, key, record_);
      key_ = std::holds_alternative<std::monostate>(field_) ? std::string_view() : key;
      std::visit([&](auto pointer) { Present(pointer); }, field_);
    }
    return Ok();
  }

  Result<void> OnEnd() override {
    if (segmentation_.open()) {
      segmentation_.End();
      if (!segmentation_.open()) EndSegmentation();
      return Ok();
    }
    const Place ended = In();
    places_.pop_back();
    if (ended == Place::kRecord) return EndRecord();
    if (ended == Place::kBox) EndBox();
    return Ok();
  }

  Result<void> OnScalar(const JsonScalar& value) override {
    if (segmentation_.open()) {
      segmentation_.Scalar(value);
      return CheckSegmentationSize();
    }
    switch (In()) {
      case Place::kDocument:
        return InvalidArgument(
            "the file is neither a COCO object ({\"images\": …}) nor a list of results");
      case Place::kFile:
        return WrongList(ShownJson(value));
      case Place::kList:
        return WrongRecord(ShownJson(value));
      case Place::kRecord:
        std::visit([&](auto pointer) { Set(pointer, value); }, field_);
        return Ok();
      case Place::kBox:
        return AddBoxNumber(value);
      case Place::kIgnored:
        break;
    }
    return Ok();
  }

 private:
  // Which object or list of the file we are in.
  enum class Place : std::uint8_t {
    kDocument,
    kFile,    // the object that has the lists
    kList,    // images, categories, annotations
    kRecord,  // one of them
    kBox,     // "bbox": [
    kIgnored,
  };

  Place In() const { return places_.back(); }
  Result<void> Enter(Place place) {
    places_.push_back(place);
    return Ok();
  }

  Result<void> Begin(bool object) {
    if (segmentation_.open()) {
      segmentation_.Begin(object);
      return CheckSegmentationSize();
    }
    switch (In()) {
      case Place::kDocument:
        if (object) return Enter(Place::kFile);
        outline_.results = true;
        return EnterList(List::kAnnotations);
      case Place::kFile:
        return BeginList(object);
      case Place::kList:
        return BeginRecord(object);
      case Place::kRecord:
        return BeginField(object);
      case Place::kBox:
        bad_box_ = true;
        return Enter(Place::kIgnored);
      case Place::kIgnored:
        break;
    }
    return Enter(Place::kIgnored);
  }

  // The lists of the file.

  Result<void> BeginList(bool object) {
    if (key_ != "images" && key_ != "categories" && key_ != "annotations") {
      return Enter(Place::kIgnored);
    }
    if (object) {
      PRELABEL_TRY(WrongList("an object"));
      return Enter(Place::kIgnored);
    }
    return EnterList(key_ == "images"       ? List::kImages
                     : key_ == "categories" ? List::kCategories
                                            : List::kAnnotations);
  }

  Result<void> EnterList(List list) {
    bool& has = list == List::kImages       ? outline_.has_images
                : list == List::kCategories ? outline_.has_categories
                                            : outline_.has_annotations;
    const std::string_view name = kListNames[static_cast<std::size_t>(list)];
    if (std::exchange(has, true)) {
      return InvalidArgument(fmt::format("the file has '{}' twice; readers would see one", name));
    }
    list_ = list;
    index_ = 0;
    const bool wanted = list == List::kImages       ? sections_.images
                        : list == List::kCategories ? sections_.categories
                                                    : sections_.annotations;
    return Enter(wanted ? Place::kList : Place::kIgnored);
  }

  Result<void> WrongList(const std::string& what) {
    if (key_ != "images" && key_ != "categories" && key_ != "annotations") return Ok();
    return visitor_.OnProblem(
        {LabelProblem::Severity::kError, key_, fmt::format("must be a list, not {}", what)});
  }

  Result<void> WrongRecord(const std::string& what) {
    return visitor_.OnProblem({LabelProblem::Severity::kError, CocoPlace(ListName(), index_++, {}),
                               fmt::format("must be an object, not {}", what)});
  }

  Result<void> BeginRecord(bool object) {
    if (!object) {
      PRELABEL_TRY(WrongRecord("a list"));
      return Enter(Place::kIgnored);
    }
    record_ = Record{};
    field_ = {};
    return Enter(Place::kRecord);
  }

  std::string_view ListName() const {
    return outline_.results ? "results" : kListNames[static_cast<std::size_t>(list_)];
  }

  Result<void> EndRecord() {
    const CocoField<std::int64_t>& id = list_ == List::kImages       ? record_.image.id
                                        : list_ == List::kCategories ? record_.category.id
                                                                     : record_.annotation.id;
    for (std::string& problem : record_.problems) {
      PRELABEL_TRY(visitor_.OnProblem(
          {LabelProblem::Severity::kError, CocoPlace(ListName(), index_, id), std::move(problem)}));
    }
    const std::uint64_t index = index_++;
    if (list_ == List::kImages) {
      record_.image.index = index;
      return visitor_.OnImage(record_.image);
    }
    if (list_ == List::kCategories) {
      record_.category.index = index;
      return visitor_.OnCategory(record_.category);
    }
    record_.annotation.index = index;
    return visitor_.OnAnnotation(record_.annotation);
  }

  // Fields of a record. `key_` is the field's name.

  void Present(std::monostate) {}
  template <class T>
  void Present(CocoField<T>* field) {
    if (std::exchange(field->present, true)) {
      record_.Problem(fmt::format("'{}' stands twice in it", key_));
      field->value.reset();
    }
  }

  void Set(std::monostate, const JsonScalar&) {}
  void Set(CocoField<std::int64_t>* field, const JsonScalar& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      field->value = *integer;
    } else {
      record_.Problem(fmt::format("'{}' must be an integer, not {}", key_, ShownJson(value)));
    }
  }
  void Set(CocoField<double>* field, const JsonScalar& value) {
    field->value = Number(value);
    if (!field->value) {
      record_.Problem(fmt::format("'{}' must be a number, not {}", key_, ShownJson(value)));
    }
  }
  void Set(CocoField<std::string>* field, const JsonScalar& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      field->value = std::string(*text);
    } else {
      record_.Problem(fmt::format("'{}' must be a text, not {}", key_, ShownJson(value)));
    }
  }
  void Set(CocoField<std::array<double, 4>>*, const JsonScalar& value) {
    record_.Problem("'bbox' must be [left, top, width, height], not " + ShownJson(value));
  }
  void Set(CocoField<CocoSegmentation>*, const JsonScalar& value) {
    record_.Problem(
        "'segmentation' must be a list of polygons or an object with size and counts, "
        "not " +
        ShownJson(value));
  }

  Result<void> BeginField(bool object) {
    if (std::holds_alternative<std::monostate>(field_)) return Enter(Place::kIgnored);
    if (std::holds_alternative<CocoField<CocoSegmentation>*>(field_)) {
      segmentation_.Start(object);
      return Ok();
    }
    if (std::holds_alternative<CocoField<std::array<double, 4>>*>(field_) && !object) {
      box_.clear();
      bad_box_ = false;
      return Enter(Place::kBox);
    }
    record_.Problem(fmt::format("'{}' must not be {}", key_, object ? "an object" : "a list"));
    return Enter(Place::kIgnored);
  }

  Result<void> AddBoxNumber(const JsonScalar& value) {
    const std::optional<double> number = Number(value);
    if (number && box_.size() < kMaxBoxNumbers) box_.push_back(*number);
    bad_box_ = bad_box_ || !number;
    return Ok();
  }

  void EndBox() {
    if (bad_box_ || box_.size() != 4) {
      record_.Problem("'bbox' must be four numbers: left, top, width, height");
      return;
    }
    record_.annotation.bbox.value = {box_[0], box_[1], box_[2], box_[3]};
  }

  Result<void> CheckSegmentationSize() const {
    if (!segmentation_.too_large()) return Ok();
    return InvalidArgument(
        "a segmentation has more than 2^20 numbers; write large masks as compressed counts",
        CocoPlace(ListName(), index_, record_.annotation.id));
  }

  void EndSegmentation() {
    if (segmentation_.problem().empty()) {
      record_.annotation.segmentation.value = segmentation_.Take();
    } else {
      record_.Problem(segmentation_.problem());
    }
  }

  CocoSections sections_;
  CocoVisitor& visitor_;
  CocoOutline outline_;
  std::vector<Place> places_{Place::kDocument};
  std::string key_;
  List list_ = List::kAnnotations;
  std::uint64_t index_ = 0;
  Record record_;
  FieldPointer field_;  // of record_
  std::vector<double> box_;
  bool bad_box_ = false;
  CocoSegmentationBuilder segmentation_;
};

}  // namespace

Result<Rle> SegmentationRle(const CocoSegmentation& segmentation) {
  if (segmentation.kind == CocoSegmentation::Kind::kPolygons || segmentation.size.size() != 2) {
    return InvalidArgument("the segmentation is no run-length encoding with a size");
  }
  if (segmentation.kind == CocoSegmentation::Kind::kCounts) {
    return MakeRle(segmentation.size[0], segmentation.size[1], segmentation.counts);
  }
  return ParseRle(segmentation.size[0], segmentation.size[1], segmentation.compressed);
}

std::string CocoPlace(std::string_view list, std::uint64_t index,
                      const CocoField<std::int64_t>& id) {
  std::string place = fmt::format("{}[{}]", list, index);
  if (id.value) place += fmt::format(" (id {})", *id.value);
  return place;
}

Result<CocoOutline> ReadCoco(std::istream& in, const CocoSections& sections, CocoVisitor& visitor) {
  CocoEvents events(sections, visitor);
  PRELABEL_TRY(ReadJson(in, events));
  return events.outline();
}

}  // namespace prelabel
