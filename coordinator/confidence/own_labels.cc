#include "coordinator/confidence/own_labels.h"

#include <algorithm>
#include <map>
#include <utility>

namespace prelabel {
namespace {

// What one image adds to a category, or to all.
struct ImageCounts {
  std::uint64_t objects = 0;
  std::uint64_t labels = 0;
  std::uint64_t right = 0;
  std::uint64_t automated = 0;
  std::uint64_t automated_right = 0;
};

void AddImage(const ImageCounts& image, ClassAgreement& to) {
  to.precision.Add(image.labels, image.right);
  to.recall.Add(image.objects, image.right);
  to.automated.Add(image.automated, image.automated_right);
}

}  // namespace

OwnLabelStats::OwnLabelStats(const ClassMap& classes, const std::vector<std::string>& model_classes)
    : classes_(classes) {
  std::set<std::string> seen;
  const auto add = [&](const std::string& name, std::size_t category) {
    if (!seen.insert(name).second) return;
    names_.push_back(name);
    category_of_name_.push_back(static_cast<std::uint16_t>(category));
  };
  for (std::size_t c = 0; c < classes.categories.size(); ++c) add(classes.categories[c].name, c);
  for (std::size_t i = 0; i < classes.category_of_class.size(); ++i) {
    if (classes.category_of_class[i] < 0) continue;
    add(model_classes[i], static_cast<std::size_t>(classes.category_of_class[i]));
  }
}

void OwnLabelStats::Add(const LabeledItem& item, std::span<const TruthObject> objects) {
  std::vector<TruthObject> written(objects.begin(), objects.end());
  for (TruthObject& object : written) object.class_id = category_of_name_[object.class_id];
  if (classes_.whole_pictures) written = WholePictureTruth(written, item.width, item.height);

  std::map<std::uint32_t, Row> rows;  // by category
  bool any = false;
  for (const TruthObject& object : written) {
    if (object.crowd) continue;
    ++rows[object.class_id].objects;
    any = true;
  }
  std::vector<Prediction> labels;
  for (const Label& label : item.labels) {
    labels.push_back({static_cast<std::uint16_t>(label.category), label.score, label.box});
  }
  const std::vector<Truth> truth = MatchTruth(labels, written);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Row& row = rows[labels[i].class_id];
    if (truth[i] == Truth::kIgnored) {
      ++row.ignored;
      continue;
    }
    const std::uint32_t right = truth[i] == Truth::kRight ? 1 : 0;
    ++row.labels;
    row.right += right;
    if (item.labels[i].route != Route::kAuto) continue;
    ++row.automated;
    row.automated_right += right;
  }
  for (auto& [category, row] : rows) {
    row.image = images_;
    row.source = item.source.value;
    row.category = category;
    rows_.push_back(row);
  }
  sources_.insert(item.source.value);
  ++images_;
  if (!any) ++empty_;
}

OwnLabels OwnLabelStats::Finish(
    const std::function<const std::set<std::string>&(SourceId)>& named) const {
  OwnLabels out;
  out.images = images_;
  out.empty = empty_;
  out.whole_pictures = classes_.whole_pictures;
  out.classes.resize(classes_.categories.size());
  std::map<std::uint32_t, std::vector<char>> judged;  // by source: of each category, whether
  for (const std::uint32_t source : sources_) {
    std::vector<char>& of_source = judged[source];
    of_source.resize(classes_.categories.size());
    const std::set<std::string>& there = named(SourceId(source));
    for (std::size_t n = 0; n < names_.size(); ++n) {
      if (!there.contains(names_[n])) continue;
      of_source[category_of_name_[n]] = 1;
      out.classes[category_of_name_[n]].named = true;
    }
  }
  ImageCounts image;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    ClassAgreement& of_class = out.classes[row.category];
    if (judged.at(row.source)[row.category] != 0) {
      AddImage({row.objects, row.labels, row.right, row.automated, row.automated_right}, of_class);
      of_class.ignored += row.ignored;
      out.all.ignored += row.ignored;
      image.objects += row.objects;
      image.labels += row.labels;
      image.right += row.right;
      image.automated += row.automated;
      image.automated_right += row.automated_right;
    } else {
      of_class.unjudged += row.labels;
      out.all.unjudged += row.labels;
    }
    if (i + 1 == rows_.size() || rows_[i + 1].image != row.image) {
      AddImage(std::exchange(image, {}), out.all);
    }
  }
  out.all.named = std::any_of(out.classes.begin(), out.classes.end(),
                              [](const ClassAgreement& of_class) { return of_class.named; });
  return out;
}

}  // namespace prelabel
