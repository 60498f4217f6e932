// How well a run's labels agree with those that its sources came with (COCO, YOLO, Pascal VOC):
// measured, where everything else in a report is expected. One streaming pass: Add, then Finish.
// All sums are integers: nothing depends on the order of items. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "coordinator/confidence/clustered_share.h"
#include "coordinator/merge/merge.h"
#include "coordinator/profile/truth_matching.h"

namespace prelabel {

// One category, or all together. A label is right where MatchTruth says so; the same matches are
// the objects that were found. Labels in crowd regions count nowhere but in `ignored`.
struct ClassAgreement {
  bool named = false;        // some source's labels have a class that is written as this one
  ClusteredShare precision;  // labels, of these the right ones
  ClusteredShare recall;     // objects, of these the found ones
  ClusteredShare automated;  // as precision, of labels whose route is kAuto
  std::uint64_t ignored = 0;
  // Labels in images of sources that do not have the class: nobody looked for such objects there,
  // so that they are neither right nor wrong.
  std::uint64_t unjudged = 0;
  friend bool operator==(const ClassAgreement&, const ClassAgreement&) = default;
};

// Objects of a class under whose name nothing is written. Not part of any share.
struct UnwrittenClass {
  std::string name;
  std::uint64_t objects = 0;
  std::vector<std::string> nearest;  // names that are written, at most three
  friend bool operator==(const UnwrittenClass&, const UnwrittenClass&) = default;
};

struct OwnLabels {
  std::uint64_t images = 0;      // that the model looked at and that have labels of their own
  std::uint64_t empty = 0;       // of `images`: without an object of a class that is written
  std::uint64_t without = 0;     // others of these sources: their dataset has no labels for them
  std::uint64_t unreadable = 0;  // others whose labels cannot be read
  ClassAgreement all;            // the categories together
  std::vector<ClassAgreement> classes;    // by category
  std::vector<UnwrittenClass> unwritten;  // ascending names
  std::vector<std::string> problems;      // the first of what could not be read, a sentence each
  std::uint64_t problem_count = 0;
  bool whole_pictures = false;  // labels and objects are what pictures show, one a class
};

class OwnLabelStats {
 public:
  // `classes` outlives this. `model_classes` by class id.
  OwnLabelStats(const ClassMap& classes, const std::vector<std::string>& model_classes);

  // What a source's class has to be called to count: the names that are written, and those of the
  // model's classes that are written under other ones. Unique.
  const std::vector<std::string>& names() const { return names_; }

  // An image of a source that has labels. `objects` in it: class_id is a position in names().
  // Labels that say what the whole picture shows are compared with what its objects are.
  void Add(const LabeledItem& item, std::span<const TruthObject> objects);

  // `named`: the names of classes that a source's labels may have (DatasetTruth::NamesOf); of
  // sources that Add has seen. Fills what the images say; the rest is the caller's.
  OwnLabels Finish(const std::function<const std::set<std::string>&(SourceId)>& named) const;

 private:
  // Of one category in one image. They are kept until all names of a Pascal VOC source are known:
  // 36 bytes for each category that an image has labels or objects of.
  struct Row {
    std::uint32_t image = 0;
    std::uint32_t source = 0;
    std::uint32_t category = 0;
    std::uint32_t objects = 0;
    std::uint32_t labels = 0;  // not in crowd regions
    std::uint32_t right = 0;
    std::uint32_t automated = 0;  // of `labels`
    std::uint32_t automated_right = 0;
    std::uint32_t ignored = 0;
  };

  const ClassMap& classes_;
  std::vector<std::string> names_;
  std::vector<std::uint16_t> category_of_name_;  // parallel to names_
  std::vector<Row> rows_;                        // by image, in the order of Add
  std::set<std::uint32_t> sources_;
  std::uint32_t images_ = 0;
  std::uint64_t empty_ = 0;
};

}  // namespace prelabel
