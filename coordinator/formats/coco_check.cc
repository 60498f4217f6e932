#include "coordinator/formats/coco_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/coco_reader.h"

namespace prelabel {
namespace {

// Boxes may leave the image by rounding.
constexpr double kOutsideTolerance = 1;
constexpr std::size_t kLeastPolygonNumbers = 6;  // three points

struct KnownId {
  std::int64_t id = 0;
  std::uint64_t index = 0;
  std::int64_t width = 0;  // images; 0 where it is not known
  std::int64_t height = 0;
};

struct AnnotationId {
  std::int64_t id = 0;
  std::uint64_t index = 0;
};

template <class Id>
void SortById(std::vector<Id>& ids) {
  std::sort(ids.begin(), ids.end(), [](const Id& a, const Id& b) {
    return std::pair(a.id, a.index) < std::pair(b.id, b.index);
  });
}

// Sorts, and names every id that an earlier record has.
template <class Id>
void CheckUnique(std::string_view list, std::vector<Id>& ids, ProblemList& problems) {
  SortById(ids);
  for (std::size_t i = 1; i < ids.size(); ++i) {
    if (ids[i].id != ids[i - 1].id) continue;
    CocoField<std::int64_t> id{true, ids[i].id};
    problems.Error(
        CocoPlace(list, ids[i].index, id),
        fmt::format("{}[{}] has the same id; give every record its own", list, ids[i - 1].index));
  }
}

const KnownId* Find(const std::vector<KnownId>& sorted, std::int64_t id) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), id,
                                   [](const KnownId& a, std::int64_t b) { return a.id < b; });
  return at != sorted.end() && at->id == id ? &*at : nullptr;
}

// What the checks of one record need to know: where it is, and where problems go.
class RecordCheck {
 public:
  RecordCheck(std::string place, ProblemList& problems)
      : place_(std::move(place)), problems_(problems) {}

  void Error(std::string message) { problems_.Error(place_, std::move(message)); }
  void Warn(std::string message) { problems_.Warning(place_, std::move(message)); }

  // The value where it is there and good; a missing key is a problem.
  template <class T>
  const T* Require(const CocoField<T>& field, std::string_view name, std::string_view why) {
    if (!field.present) Error(fmt::format("'{}' is missing; {}", name, why));
    return field.value ? &*field.value : nullptr;
  }

  const std::int64_t* RequireId(const CocoField<std::int64_t>& field, std::string_view name) {
    const std::int64_t* id = Require(field, name, "importers need it");
    if (id != nullptr && *id < 1) {
      Error(fmt::format("'{}' is {}; ids start at 1, since evaluators take 0 for none", name, *id));
    }
    return id;
  }

 private:
  std::string place_;
  ProblemList& problems_;
};

class FirstPass : public CocoVisitor {
 public:
  explicit FirstPass(ProblemList& problems) : problems_(problems) {}

  Result<void> OnImage(const CocoImage& image) override {
    RecordCheck check(CocoPlace("images", image.index, image.id), problems_);
    const std::int64_t* id = check.RequireId(image.id, "id");
    const std::string* name = check.Require(image.file_name, "file_name", "no image can be found");
    if (name != nullptr && name->empty()) check.Error("'file_name' is empty");
    KnownId known{id != nullptr ? *id : 0, image.index, 0, 0};
    known.width = Side(image.width, "width", check);
    known.height = Side(image.height, "height", check);
    if (id != nullptr) images.push_back(known);
    ++image_count;
    return Ok();
  }

  Result<void> OnCategory(const CocoCategory& category) override {
    RecordCheck check(CocoPlace("categories", category.index, category.id), problems_);
    const std::int64_t* id = check.RequireId(category.id, "id");
    const std::string* name = check.Require(category.name, "name", "labels are known by it");
    if (name != nullptr && name->empty()) check.Error("'name' is empty");
    if (name != nullptr && !name->empty() && !names_.insert(*name).second) {
      check.Error(fmt::format("the name {} stands twice; importers would merge the two",
                              QuotedExcerpt(*name)));
    }
    if (id != nullptr) categories.push_back({*id, category.index, 0, 0});
    ++category_count;
    return Ok();
  }

  Result<void> OnProblem(const LabelProblem& problem) override {
    problems_.Add(problem);
    return Ok();
  }

  std::vector<KnownId> images;
  std::vector<KnownId> categories;
  std::uint64_t image_count = 0;
  std::uint64_t category_count = 0;

 private:
  static std::int64_t Side(const CocoField<std::int64_t>& field, std::string_view name,
                           RecordCheck& check) {
    const std::int64_t* side = check.Require(field, name, "importers need the image's size");
    if (side == nullptr) return 0;
    if (*side < 1) check.Error(fmt::format("'{}' is {}; it must be at least 1", name, *side));
    return std::max<std::int64_t>(*side, 0);
  }

  ProblemList& problems_;
  std::set<std::string, std::less<>> names_;
};

class SecondPass : public CocoVisitor {
 public:
  SecondPass(const FirstPass& known, bool results, ProblemList& problems)
      : known_(known), results_(results), problems_(problems) {}

  Result<void> OnAnnotation(const CocoAnnotation& annotation) override {
    ++count;
    RecordCheck check(
        CocoPlace(results_ ? "results" : "annotations", annotation.index, annotation.id),
        problems_);
    const KnownId* image = nullptr;
    if (const std::int64_t* id = check.RequireId(annotation.image_id, "image_id")) {
      image = Known(known_.images, "image_id", "images", *id, check);
    }
    if (const std::int64_t* id = check.RequireId(annotation.category_id, "category_id")) {
      Known(known_.categories, "category_id", "categories", *id, check);
    }
    if (results_) {
      CheckResult(annotation, check);
    } else {
      CheckInstance(annotation, check);
    }
    if (annotation.bbox.value) CheckBox(*annotation.bbox.value, image, check);
    if (annotation.segmentation.value) {
      CheckSegmentation(*annotation.segmentation.value, image, check);
    }
    return Ok();
  }

  Result<void> OnProblem(const LabelProblem& problem) override {
    problems_.Add(problem);
    return Ok();
  }

  std::vector<AnnotationId> ids;
  std::uint64_t count = 0;

 private:
  // A results file knows neither images nor categories.
  const KnownId* Known(const std::vector<KnownId>& ids_of_list, std::string_view key,
                       std::string_view list, std::int64_t id, RecordCheck& check) const {
    if (results_ || id < 1) return nullptr;
    const KnownId* known = Find(ids_of_list, id);
    if (known == nullptr) {
      check.Error(fmt::format("'{}' is {}, which is not in '{}'; add it there", key, id, list));
    }
    return known;
  }

  void CheckInstance(const CocoAnnotation& annotation, RecordCheck& check) {
    if (const std::int64_t* id = check.RequireId(annotation.id, "id")) {
      ids.push_back({*id, annotation.index});
    }
    check.Require(annotation.bbox, "bbox", "write [left, top, width, height]");
    const double* area = check.Require(annotation.area, "area", "evaluators sort by it");
    if (area != nullptr && *area < 0) check.Error(fmt::format("'area' is {}, below 0", *area));
    const std::int64_t* crowd =
        check.Require(annotation.iscrowd, "iscrowd", "write 0, or 1 for a group");
    if (crowd != nullptr && *crowd != 0 && *crowd != 1) {
      check.Error(fmt::format("'iscrowd' is {}; it must be 0 or 1", *crowd));
    }
    check.Require(annotation.segmentation, "segmentation",
                  "strict importers want one: write the box as a polygon");
    if (annotation.score.value && (*annotation.score.value < 0 || *annotation.score.value > 1)) {
      check.Warn(fmt::format("'score' is {}, outside of 0 to 1", *annotation.score.value));
    }
  }

  static void CheckResult(const CocoAnnotation& annotation, RecordCheck& check) {
    check.Require(annotation.score, "score", "results are sorted by it");
    if (!annotation.bbox.present && !annotation.segmentation.present) {
      check.Error("has neither 'bbox' nor 'segmentation'");
    }
  }

  static void CheckBox(const std::array<double, 4>& box, const KnownId* image, RecordCheck& check) {
    const auto [left, top, width, height] = box;
    if (width < 0 || height < 0) {
      check.Error(fmt::format(
          "'bbox' is {} wide and {} high; it must be [left, top, width, height]", width, height));
      return;
    }
    if (width == 0 || height == 0) check.Warn("'bbox' is empty");
    if (image == nullptr || image->width < 1 || image->height < 1) return;
    if (left < -kOutsideTolerance || top < -kOutsideTolerance ||
        left + width > static_cast<double>(image->width) + kOutsideTolerance ||
        top + height > static_cast<double>(image->height) + kOutsideTolerance) {
      check.Warn(fmt::format("'bbox' [{}, {}, {}, {}] is not inside its image of {} × {}", left,
                             top, width, height, image->width, image->height));
    }
  }

  static void CheckSegmentation(const CocoSegmentation& segmentation, const KnownId* image,
                                RecordCheck& check) {
    if (segmentation.kind == CocoSegmentation::Kind::kPolygons) {
      CheckPolygons(segmentation.polygons, check);
      return;
    }
    const Result<Rle> rle = SegmentationRle(segmentation);
    if (!rle) {
      check.Error("'segmentation': " + rle.error().message);
      return;
    }
    if (image == nullptr || image->width < 1 || image->height < 1) return;
    if (rle.value().height != image->height || rle.value().width != image->width) {
      check.Error(fmt::format("'segmentation' is for an image of {} × {}, its image has {} × {}",
                              rle.value().width, rle.value().height, image->width, image->height));
    }
  }

  static void CheckPolygons(const std::vector<std::vector<double>>& polygons, RecordCheck& check) {
    if (polygons.empty()) check.Error("'segmentation' is empty; write the box as a polygon");
    for (std::size_t i = 0; i < polygons.size(); ++i) {
      const std::size_t numbers = polygons[i].size();
      if (numbers >= kLeastPolygonNumbers && numbers % 2 == 0) continue;
      check.Error(
          fmt::format("polygon {} of 'segmentation' has {} numbers; it needs an even "
                      "number of them, at least 6",
                      i, numbers));
      return;
    }
  }

  const FirstPass& known_;
  bool results_;
  ProblemList& problems_;
};

Result<CocoOutline> Read(std::istream& in, const CocoSections& sections, CocoVisitor& visitor) {
  in.clear();
  in.seekg(0);
  return ReadCoco(in, sections, visitor);
}

}  // namespace

Result<CocoCounts> CheckCoco(std::istream& in, ProblemList& problems) {
  // Annotations may stand before the images that they refer to.
  FirstPass first(problems);
  const Result<CocoOutline> outline =
      Read(in, {.images = true, .categories = true, .annotations = false}, first);
  if (!outline) {
    if (outline.error().code != ErrorCode::kInvalidArgument) return outline.error();
    problems.Error(outline.error().context, outline.error().message);
    return CocoCounts{false, first.image_count, first.category_count, 0};
  }
  const auto [results, has_images, has_categories, has_annotations] = outline.value();
  if (!results) {
    const auto require = [&](bool has, std::string_view list) {
      if (!has)
        problems.Error("", fmt::format("the list '{}' is missing; importers need it", list));
    };
    require(has_images, "images");
    require(has_categories, "categories");
    require(has_annotations, "annotations");
    CheckUnique("images", first.images, problems);
    CheckUnique("categories", first.categories, problems);
  }

  SecondPass second(first, results, problems);
  const Result<CocoOutline> again =
      Read(in, {.images = false, .categories = false, .annotations = true}, second);
  CocoCounts counts{results, first.image_count, first.category_count, second.count};
  if (!again) {
    if (again.error().code != ErrorCode::kInvalidArgument) return again.error();
    problems.Error(again.error().context, again.error().message);
    return counts;
  }
  if (results && second.count == 0) {
    problems.Error("",
                   "the list of results is empty, on which readers crash (pycocotools looks at "
                   "the first result); write no file where there are none");
  }
  CheckUnique("annotations", second.ids, problems);
  return counts;
}

}  // namespace prelabel
