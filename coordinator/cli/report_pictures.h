// The pictures of a report: which ones, chosen while items stream by, and then read.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <utility>

#include "coordinator/report/picture_chooser.h"
#include "coordinator/report/report.h"
#include "coordinator/report/sample_chooser.h"
#include "coordinator/report/sample_pictures.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

class ReportPictures {
 public:
  // `odd` outlives this.
  ReportPictures(const Dataset& dataset, std::span<const OddImage> odd);

  // Items in MergeLabels' order; `group` as in DomainStats.
  void Add(const LabeledItem& item, std::string_view group);
  // Reads what was chosen and puts it into the report.
  void Take(const PictureReader& read, Report& report) const;

 private:
  const Dataset& dataset_;
  std::span<const OddImage> odd_;
  std::map<std::pair<SourceId, std::uint64_t>, Sample> odd_samples_;
  SampleChooser samples_;
  LeastConfidentChooser least_confident_;
  GalleryChooser gallery_;
};

}  // namespace prelabel
