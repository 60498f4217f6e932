#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/audit/read_answers.h"
#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/keyframe_file.h"

namespace prelabel {
namespace {

Error Wrong(const std::string& place, std::string message) {
  return InvalidArgument(std::move(message), place);
}

std::string_view WithoutFolders(std::string_view name) {
  return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

class CocoAnswers : public CocoVisitor {
 public:
  explicit CocoAnswers(AnswerCollector& collector) : collector_(collector) {
    const std::vector<AuditPicture>& whole = collector.sample().whole;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      by_name_.emplace(whole[i].name, i);
      by_file_.emplace(whole[i].file, i);
    }
  }

  Result<void> OnImage(const CocoImage& image) override {
    const std::string place = CocoPlace("images", image.index, image.id);
    if (!image.id.value || !image.file_name.value) {
      return InvalidArgument("'id' or 'file_name' is missing", place);
    }
    auto found = by_name_.find(*image.file_name.value);
    if (found == by_name_.end()) {
      found = by_file_.find(WithoutFolders(*image.file_name.value));
      if (found == by_file_.end()) return Ok();
    }
    if (!images_.try_emplace(*image.id.value, Found{found->second, place, {}}).second) {
      return InvalidArgument("another image has the same id", place);
    }
    return Ok();
  }

  Result<void> OnCategory(const CocoCategory& category) override {
    if (!category.id.value || !category.name.value) {
      return InvalidArgument("'id' or 'name' is missing",
                             CocoPlace("categories", category.index, category.id));
    }
    categories_[*category.id.value] = *category.name.value;
    return Ok();
  }

  // Images and categories may stand behind the annotations, so all of them are kept until the end.
  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    const std::string place = CocoPlace("annotations", annotation.index, annotation.id);
    if (!annotation.image_id.value || !annotation.category_id.value || !annotation.bbox.value) {
      return InvalidArgument("'image_id', 'category_id' or 'bbox' is missing", place);
    }
    const auto [left, top, width, height] = *annotation.bbox.value;
    const bool right = left >= -kMaxCoordinate && top >= -kMaxCoordinate && width >= 0 &&
                       height >= 0 && left + width <= kMaxCoordinate &&
                       top + height <= kMaxCoordinate;
    if (!right) {
      return InvalidArgument(
          "'bbox' must be pixels: left, top, width and height, these not below 0", place);
    }
    annotations_.push_back({*annotation.image_id.value,
                            *annotation.category_id.value,
                            {static_cast<float>(left), static_cast<float>(top),
                             static_cast<float>(left + width), static_cast<float>(top + height)},
                            annotation.iscrowd.value.value_or(0) != 0});
    return Ok();
  }

  Result<void> Finish() {
    if (images_.empty()) {
      return Wrong("images",
                   "no image has the name of a whole one of the sample, or of its picture "
                   "file; keep the names");
    }
    for (const Annotation& annotation : annotations_) {
      const auto image = images_.find(annotation.image);
      if (image == images_.end()) continue;
      const auto category = categories_.find(annotation.category);
      if (category == categories_.end()) {
        return Wrong(image->second.place,
                     "an annotation of the image has a category that the file does not "
                     "list; 'prelabel validate' shows where");
      }
      image->second.objects.push_back({category->second, annotation.box, annotation.crowd});
    }
    for (const auto& [id, image] : images_) {
      PRELABEL_TRY(collector_.AddImageAt(image.position, image.objects, image.place));
    }
    return Ok();
  }

 private:
  struct Found {
    std::size_t position = 0;  // in the sample
    std::string place;
    std::vector<NamedObject> objects;
  };
  struct Annotation {
    std::int64_t image = 0;
    std::int64_t category = 0;
    Box box;
    bool crowd = false;
  };

  AnswerCollector& collector_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<std::string, std::size_t, std::less<>> by_file_;
  std::map<std::int64_t, Found> images_;  // those of the sample, by id
  std::map<std::int64_t, std::string> categories_;
  std::vector<Annotation> annotations_;
};

}  // namespace

Result<void> ReadCocoAnswers(std::istream& in, AnswerCollector& collector) {
  CocoAnswers visitor(collector);
  PRELABEL_TRY(const CocoOutline outline, ReadCoco(in, {}, visitor));
  if (outline.results || !outline.has_images || !outline.has_annotations) {
    return InvalidArgument(
        "the file is no COCO instances file: \"images\" or \"annotations\" is missing");
  }
  return visitor.Finish();
}

}  // namespace prelabel
