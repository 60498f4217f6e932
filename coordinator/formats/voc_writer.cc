#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "coordinator/formats/item_names.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/formats/label_writer.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/formats/output_folder.h"
#include "coordinator/formats/picture_files.h"
#include "coordinator/formats/xml_text.h"

namespace prelabel {
namespace {

constexpr char kBackground[] = "background";

struct VocBox {
  long x1 = 0, y1 = 0, x2 = 0, y2 = 0;  // first and last column and row, from 1
};

// First and last pixel, from 1, of what is from `low` to `high` on a side of `pixels`.
std::optional<std::pair<long, long>> Pixels(float low, float high, long pixels) {
  if (high <= 0 || low >= static_cast<float>(pixels) || high <= low) return std::nullopt;
  const long first = std::clamp(std::lround(low), 0L, pixels - 1) + 1;
  return std::pair(first, std::clamp(std::lround(high), first, pixels));
}

std::optional<VocBox> ToVoc(const Box& box, int width, int height) {
  const auto x = Pixels(box.x1, box.x2, width);
  const auto y = Pixels(box.y1, box.y2, height);
  if (!x || !y) return std::nullopt;
  return VocBox{x->first, y->first, x->second, y->second};
}

// The color of a class in VOC's devkit (VOClabelcolormap.m): its number's bits, three at a time,
// spread over red, green and blue from the highest bit down.
std::string Color(std::size_t number) {
  unsigned red = 0;
  unsigned green = 0;
  unsigned blue = 0;
  for (int bit = 7; bit >= 0; --bit, number >>= 3U) {
    red |= static_cast<unsigned>(number & 1U) << bit;
    green |= static_cast<unsigned>(number >> 1U & 1U) << bit;
    blue |= static_cast<unsigned>(number >> 2U & 1U) << bit;
  }
  return fmt::format("{},{},{}", red, green, blue);
}

std::string Attribute(const std::string& name, const std::string& value) {
  return fmt::format(
      "      <attribute>\n        <name>{}</name>\n        <value>{}</value>\n"
      "      </attribute>\n",
      XmlText(name), XmlText(value));
}

class VocWriter : public LabelWriter {
 public:
  VocWriter(std::filesystem::path folder, const Dataset& dataset, const ClassMap& classes,
            LabelFileInfo info, OutputFolder annotations, OutputFile list)
      : folder_(std::move(folder)),
        dataset_(dataset),
        classes_(classes),
        info_(std::move(info)),
        names_(dataset),
        annotations_(std::move(annotations)),
        list_(std::move(list)) {}

  Result<void> Add(const LabeledItem& item) override {
    if (item.width <= 0 || item.height <= 0) return Ok();
    const bool video = dataset_.sources[item.source.value].kind == SourceKind::kVideo;
    const std::string picture = names_.FileName(item.source, item.item);
    std::string text = fmt::format(
        "<annotation>\n  <folder>JPEGImages</folder>\n  <filename>{}</filename>\n"
        "  <source>\n    <database>{}</database>\n    <annotation>prelabel {}</annotation>\n"
        "    <image>Unknown</image>\n  </source>\n"
        "  <size>\n    <width>{}</width>\n    <height>{}</height>\n    <depth>3</depth>\n"
        "  </size>\n  <segmented>0</segmented>\n",
        XmlText(picture), XmlText(info_.description), info_.version, item.width, item.height);
    for (const Label& label : item.labels) AppendObject(label, item, video, text);
    text += "</annotation>\n";
    PRELABEL_TRY(annotations_.Write(fmt::format("{}.xml", PictureStem(picture)), text));
    list_.Append(fmt::format("{}\n", PictureStem(picture)));
    return list_.Spill();
  }

  Result<void> Finish() override {
    PRELABEL_TRY(annotations_.Commit());
    PRELABEL_TRY(list_.Commit());
    std::string map = "# label:color_rgb:parts:actions\n";
    const auto& categories = classes_.categories;
    const bool has_background =
        std::any_of(categories.begin(), categories.end(),
                    [](const Category& category) { return category.name == kBackground; });
    std::size_t number = 0;
    if (!has_background) map += fmt::format("{}:{}::\n", kBackground, Color(number));
    for (const Category& category : categories) {
      map += fmt::format("{}:{}::\n", category.name, Color(++number));
    }
    return WriteWholeFile(folder_ / "labelmap.txt", map);
  }

 private:
  void AppendObject(const Label& label, const LabeledItem& item, bool video,
                    std::string& text) const {
    const std::optional<VocBox> box = ToVoc(label.box, item.width, item.height);
    if (!box) return;
    const bool occluded = label.drawn != nullptr && label.drawn->occluded;
    fmt::format_to(
        std::back_inserter(text),
        "  <object>\n    <name>{}</name>\n    <pose>Unspecified</pose>\n"
        "    <truncated>0</truncated>\n    <difficult>0</difficult>\n"
        "    <occluded>{}</occluded>\n    <bndbox>\n      <xmin>{}</xmin>\n"
        "      <ymin>{}</ymin>\n      <xmax>{}</xmax>\n      <ymax>{}</ymax>\n    </bndbox>\n"
        "    <attributes>\n",
        XmlText(classes_.categories[static_cast<std::size_t>(label.category)].name),
        occluded ? 1 : 0, box->x1, box->y1, box->x2, box->y2);
    text += Attribute("score", fmt::format("{:.4f}", label.score));
    if (video) text += Attribute("track_id", std::to_string(label.track_id));
    if (label.drawn != nullptr) {
      for (const auto& [name, value] : label.drawn->attributes) text += Attribute(name, value);
    }
    text += "    </attributes>\n  </object>\n";
  }

  std::filesystem::path folder_;
  const Dataset& dataset_;
  const ClassMap& classes_;
  LabelFileInfo info_;
  ItemNames names_;
  OutputFolder annotations_;
  OutputFile list_;
};

}  // namespace

Result<std::unique_ptr<LabelWriter>> OpenVocWriter(const std::filesystem::path& folder,
                                                   const Dataset& dataset, const ClassMap& classes,
                                                   const LabelFileInfo& info) {
  PRELABEL_TRY(CheckPictureFiles(dataset, ".xml"));
  for (const Category& category : classes.categories) {
    if (category.name.find_first_of(":\r\n") == std::string::npos &&
        !category.name.starts_with('#')) {
      continue;
    }
    return InvalidArgument(
        fmt::format("the class {} cannot stand in labelmap.txt, whose lines end a name with ':'; "
                    "rename it (labels.classes)",
                    JsonString(category.name)));
  }
  PRELABEL_TRY(OutputFolder annotations, OutputFolder::Create(folder / "Annotations"));
  PRELABEL_TRY(OutputFile list, OutputFile::Create(folder / "ImageSets" / "Main" / "train.txt"));
  return std::unique_ptr<LabelWriter>(std::make_unique<VocWriter>(
      folder, dataset, classes, info, std::move(annotations), std::move(list)));
}

}  // namespace prelabel
