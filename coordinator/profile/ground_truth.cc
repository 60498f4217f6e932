#include "coordinator/profile/ground_truth.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "coordinator/formats/coco_reader.h"
#include "coordinator/formats/input_file.h"

namespace prelabel {
namespace {

class Reader : public CocoVisitor {
 public:
  Result<void> OnImage(const CocoImage& image) override {
    if (!image.id.value || !image.file_name.value) {
      return InvalidArgument("'id' or 'file_name' is missing",
                             CocoPlace("images", image.index, image.id));
    }
    names[*image.id.value] = *image.file_name.value;
    return Ok();
  }
  Result<void> OnCategory(const CocoCategory& category) override {
    if (!category.id.value || !category.name.value) {
      return InvalidArgument("'id' or 'name' is missing",
                             CocoPlace("categories", category.index, category.id));
    }
    categories[*category.id.value] = *category.name.value;
    return Ok();
  }
  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    if (!annotation.image_id.value || !annotation.category_id.value || !annotation.bbox.value) {
      return InvalidArgument("'image_id', 'category_id' or 'bbox' is missing",
                             CocoPlace("annotations", annotation.index, annotation.id));
    }
    const auto [left, top, width, height] = *annotation.bbox.value;
    objects.push_back({*annotation.image_id.value,
                       *annotation.category_id.value,
                       {static_cast<float>(left), static_cast<float>(top),
                        static_cast<float>(left + width), static_cast<float>(top + height)},
                       annotation.iscrowd.value.value_or(0) != 0});
    return Ok();
  }

  struct Object {
    std::int64_t image = 0;
    std::int64_t category = 0;
    Box box;
    bool crowd = false;
  };
  std::map<std::int64_t, std::string> names;
  std::map<std::int64_t, std::string> categories;
  std::vector<Object> objects;
};

}  // namespace

Result<void> GroundTruth::Add(const std::filesystem::path& file,
                              const std::vector<std::string>& classes) {
  Result<std::ifstream> in = OpenRegularFile(file);
  if (in.has_error()) return InvalidArgument(in.error().message, file.string());
  Reader reader;
  const Result<CocoOutline> outline = ReadCoco(in.value(), {}, reader);
  if (outline.has_error()) {
    return InvalidArgument(outline.error().ToString(), file.string());
  }
  if (outline.value().results || !outline.value().has_images || !outline.value().has_annotations) {
    return InvalidArgument("is no COCO instances file: \"images\" or \"annotations\" is missing",
                           file.string());
  }
  for (const auto& [id, name] : reader.names) {
    if (!by_name_.try_emplace(name).second) {
      return InvalidArgument("has the image " + name + " twice, or another file has it",
                             file.string());
    }
  }
  for (const auto& [id, name] : reader.categories) categories_.insert(name);
  for (const Reader::Object& object : reader.objects) {
    const auto image = reader.names.find(object.image);
    const auto category = reader.categories.find(object.category);
    if (image == reader.names.end() || category == reader.categories.end()) {
      return InvalidArgument(
          "has an annotation of an image or category that it does not list; 'prelabel validate' "
          "shows where",
          file.string());
    }
    const auto found = std::find(classes.begin(), classes.end(), category->second);
    if (found == classes.end()) {
      if (!object.crowd) ++unknown_[category->second];
      continue;
    }
    if (!object.crowd) ++objects_;
    by_name_.find(image->second)
        ->second.push_back(
            {static_cast<std::uint16_t>(found - classes.begin()), object.box, object.crowd});
  }
  return Ok();
}

const std::vector<TruthObject>* GroundTruth::Find(std::string_view file_name) const {
  const auto found = by_name_.find(file_name);
  return found == by_name_.end() ? nullptr : &found->second;
}

}  // namespace prelabel
