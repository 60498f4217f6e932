#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/formats/coco_reader.h"
#include "coordinator/scan/item_name.h"
#include "coordinator/scan/labeled_dataset.h"

namespace prelabel {
namespace {

constexpr std::size_t kMostMistakes = 20;

class ImageNames : public CocoVisitor {
 public:
  ImageNames(const std::filesystem::path& file, const std::filesystem::path& images,
             ListedItems& items)
      : file_(file), images_(images), items_(items) {}

  Result<void> OnImage(const CocoImage& image) override {
    const auto mistake = [&](const std::string& what) {
      mistakes_.push_back(fmt::format("{}: {}: {}", file_.string(),
                                      CocoPlace("images", image.index, image.id), what));
    };
    if (!image.file_name.value) {
      mistake("lacks 'file_name', or it is no text");
    } else if (const auto wrong = WrongItemName(*image.file_name.value, kLongestItemName)) {
      mistake(
          fmt::format("'file_name' {}; it must be a path below 'images' (a manifest takes "
                      "other paths and URLs)",
                      *wrong));
    } else if (const auto [first, added] = indices_.emplace(*image.file_name.value, image.index);
               !added) {
      mistake(
          fmt::format("'file_name' is that of images[{}], too: '{}'", first->second, first->first));
    } else {
      items_.names.push_back(first->first);
      items_.locations.push_back((images_ / first->first).string());
    }
    if (mistakes_.size() < kMostMistakes) return Ok();
    return Mistakes();
  }

  // Sizes, ids and whatever else is not looked at here.
  Result<void> OnProblem(const LabelProblem&) override { return Ok(); }

  Result<void> Mistakes() const {
    if (mistakes_.empty()) return Ok();
    return InvalidArgument(fmt::format("{}", fmt::join(mistakes_, "\n")));
  }

 private:
  const std::filesystem::path& file_;
  const std::filesystem::path& images_;
  ListedItems& items_;
  std::map<std::string, std::uint64_t> indices_;  // by name
  std::vector<std::string> mistakes_;
};

}  // namespace

Result<DatasetImages> ListCoco(std::istream& in, const std::filesystem::path& file,
                               const std::filesystem::path& images) {
  DatasetImages dataset;
  dataset.root = images;
  ImageNames names(file, dataset.root, dataset.items);
  CocoSections sections;
  sections.categories = false;
  sections.annotations = false;
  Result<CocoOutline> outline = ReadCoco(in, sections, names);
  if (!outline) {
    PRELABEL_TRY(names.Mistakes());
    return Error{outline.error().code, outline.error().ToString(), file.string()};
  }
  PRELABEL_TRY(names.Mistakes());
  if (!outline.value().has_images) {
    return InvalidArgument(
        outline.value().results
            ? "is a list of results, which name no files; 'coco' takes a file of instances"
            : "has no list 'images'",
        file.string());
  }
  dataset.has_labels = outline.value().has_annotations;
  SortByName(dataset.items);
  return dataset;
}

}  // namespace prelabel
