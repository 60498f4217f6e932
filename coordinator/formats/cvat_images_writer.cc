#include "coordinator/formats/cvat_images_writer.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "common/geometry/rle_bounds.h"
#include "common/geometry/rle_place.h"
#include "coordinator/formats/cvat_text.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/formats/shape_outline.h"
#include "coordinator/formats/xml_text.h"

namespace prelabel {
namespace {

// The part of a mask that is set, as a shape of its own; none where nothing is.
std::optional<Shape> Cropped(const Rle& mask) {
  const std::optional<PixelBounds> bounds = BoundsOfSet(mask);
  if (!bounds) return std::nullopt;
  Shape shape;
  shape.kind = ShapeKind::kMask;
  shape.left = static_cast<std::int32_t>(bounds->x1);
  shape.top = static_cast<std::int32_t>(bounds->y1);
  shape.mask = PlaceRle(mask, -std::int64_t{bounds->x1}, -std::int64_t{bounds->y1},
                        bounds->y2 - bounds->y1, bounds->x2 - bounds->x1);
  return shape;
}

class CvatImagesWriter : public LabelWriter {
 public:
  CvatImagesWriter(std::filesystem::path folder, const Dataset& dataset, const ClassMap& classes,
                   LabelFileInfo info)
      : folder_(std::move(folder)), dataset_(dataset), classes_(classes), info_(std::move(info)) {}

  Result<void> Add(const LabeledItem& item) override {
    const SourceItems& source = dataset_.sources[item.source.value];
    if (!file_ || open_ != item.source) {
      PRELABEL_TRY(Finish());
      open_ = item.source;
      PRELABEL_TRY(file_, OutputFile::Create(folder_ / (source.name + ".xml")));
      WriteHead(source);
    }
    if (item.width <= 0 || item.height <= 0) return Ok();
    fmt::format_to(std::back_inserter(file_->buffer()),
                   "  <image id=\"{}\" name=\"{}\" width=\"{}\" height=\"{}\">\n", item.item,
                   XmlText(source.files[item.item]), item.width, item.height);
    for (const Label& label : item.labels) {
      PRELABEL_TRY(WriteLabel(label, item));
    }
    file_->Append("  </image>\n");
    return file_->Spill();
  }

  Result<void> Finish() override {
    if (!file_) return Ok();
    file_->Append("</annotations>\n");
    PRELABEL_TRY(file_->Commit());
    file_.reset();
    return Ok();
  }

 private:
  void WriteHead(const SourceItems& source) {
    auto out = std::back_inserter(file_->buffer());
    fmt::format_to(out,
                   "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                   "<!-- prelabel {}: {} -->\n"
                   "<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n"
                   "      <name>{}</name>\n      <size>{}</size>\n"
                   "      <mode>annotation</mode>\n      <overlap>0</overlap>\n      <labels>\n",
                   XmlText(info_.version), XmlComment(info_.description), XmlText(source.name),
                   source.ItemCount());
    for (std::size_t i = 0; i < classes_.categories.size(); ++i) {
      DeclaredLabel label;
      label.name = classes_.categories[i].name;
      label.type = classes_.whole_pictures ? "tag" : "any";
      label.attributes = {{"score", false, "text", {}, ""}};
      AppendCvatLabel(label, CvatColor(i), file_->buffer());
    }
    file_->Append("      </labels>\n    </task>\n  </meta>\n");
  }

  Result<void> WriteLabel(const Label& label, const LabeledItem& item) {
    const std::string name =
        XmlText(classes_.categories[static_cast<std::size_t>(label.category)].name);
    if (classes_.whole_pictures) {
      fmt::format_to(std::back_inserter(file_->buffer()),
                     "    <tag label=\"{}\" source=\"auto\">\n"
                     "      <attribute name=\"score\">{:.4f}</attribute>\n    </tag>\n",
                     name, label.score);
      return Ok();
    }
    Shape shape;
    shape.box = label.box;
    if (const std::optional<Rle> mask = MaskOf(label, item.width, item.height)) {
      if (std::optional<Shape> cropped = Cropped(*mask)) shape = std::move(*cropped);
    }
    PRELABEL_TRY(const std::string geometry, Geometry(shape));
    const char* element = shape.kind == ShapeKind::kMask ? "mask" : "box";
    fmt::format_to(std::back_inserter(file_->buffer()),
                   "    <{0} label=\"{1}\" source=\"auto\" occluded=\"0\"{2} z_order=\"0\">\n"
                   "      <attribute name=\"score\">{3:.4f}</attribute>\n    </{0}>\n",
                   element, name, geometry, label.score);
    return Ok();
  }

  // Boxes with two digits, as CVAT's own.
  static Result<std::string> Geometry(const Shape& shape) {
    if (shape.kind == ShapeKind::kMask) return CvatGeometry(shape);
    return fmt::format(" xtl=\"{:.2f}\" ytl=\"{:.2f}\" xbr=\"{:.2f}\" ybr=\"{:.2f}\"", shape.box.x1,
                       shape.box.y1, shape.box.x2, shape.box.y2);
  }

  std::filesystem::path folder_;
  const Dataset& dataset_;
  const ClassMap& classes_;
  LabelFileInfo info_;
  SourceId open_;
  std::optional<OutputFile> file_;
};

}  // namespace

std::unique_ptr<LabelWriter> OpenCvatImagesWriter(const std::filesystem::path& folder,
                                                  const Dataset& dataset, const ClassMap& classes,
                                                  const LabelFileInfo& info) {
  return std::make_unique<CvatImagesWriter>(folder, dataset, classes, info);
}

}  // namespace prelabel
