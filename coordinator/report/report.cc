#include "coordinator/report/report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

#include "common/base/url.h"
#include "coordinator/formats/item_names.h"

namespace prelabel {
namespace {

// A reason that begins with the whole path of the picture says it twice beside its name.
std::string WithoutPath(const QuarantinedItem& item, const SourceItems& source) {
  if (source.kind != SourceKind::kImages || item.item >= source.files.size()) return item.reason;
  const std::string path = ShownLocation(source.Location(item.item)) + ": ";
  return item.reason.starts_with(path) ? item.reason.substr(path.size()) : item.reason;
}

}  // namespace

Report BuildReport(const JobSpec& job, const ModelCard& card, const Dataset& dataset,
                   const ClassMap& classes, RunTotals totals, RunInfo run,
                   std::vector<SamplePicture> samples) {
  Report report;
  report.job = job.name;
  report.model = card.name;
  report.model_license = card.license;
  report.model_source = card.source;
  report.model_sha256 = card.sha256;
  report.model_classes = card.classes;
  report.labels = job.labels;
  for (std::size_t c = 0; c < classes.categories.size(); ++c) {
    ClassReport entry{classes.categories[c], {}, {}, totals.classes[c]};
    for (std::size_t i = 0; i < classes.category_of_class.size(); ++i) {
      if (classes.category_of_class[i] != static_cast<int>(c)) continue;
      entry.model_classes.push_back(card.classes[i]);
      entry.thresholds.push_back(classes.threshold_of_class[i]);
    }
    report.classes.push_back(std::move(entry));
  }
  for (std::size_t s = 0; s < dataset.sources.size(); ++s) {
    const SourceItems& source = dataset.sources[s];
    report.sources.push_back({source.kind, source.name, source.keyframe_every, source.adaptive,
                              source.drawn_in.filename().string(), source.error, source.warnings,
                              totals.sources[s]});
  }
  const ItemNames names(dataset);
  for (const QuarantinedItem& item : totals.quarantined) {
    report.quarantined.push_back({names.FileName(item.source, item.item),
                                  WithoutPath(item, dataset.sources[item.source.value])});
  }
  for (const WantedKeyframe& wanted : totals.wanted) {
    const SourceItems& source = dataset.sources[wanted.source.value];
    report.wanted.push_back(
        {source.name, source.index.TimestampSeconds(wanted.help.frame), wanted.help});
  }
  report.totals = std::move(totals);
  report.samples = std::move(samples);
  report.run = std::move(run);
  if (report.totals.all.quarantined == 0) report.run.retry_command.clear();
  return report;
}

std::vector<std::size_t> ClassesByLabels(const Report& report) {
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < report.classes.size(); ++c) {
    const ClassStats& stats = report.classes[c].stats;
    if (stats.labels > 0 || stats.raw_predictions > 0) order.push_back(c);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const ClassStats& x = report.classes[a].stats;
    const ClassStats& y = report.classes[b].stats;
    return std::tie(x.labels, x.raw_predictions) > std::tie(y.labels, y.raw_predictions);
  });
  return order;
}

std::vector<std::uint32_t> ClassColors(const Report& report) {
  // Twelve hues that stay apart on photographs and for the color-blind as far as twelve can:
  // Okabe and Ito's palette ("Color Universal Design", 2008) first, then fillers.
  constexpr std::array<std::uint32_t, 12> kColors = {0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442,
                                                     0xCC79A7, 0xD55E00, 0x0072B2, 0x8BD450,
                                                     0xB07CFF, 0xFF6F91, 0x2EC4B6, 0xC8A27A};
  std::vector<std::uint32_t> colors(report.classes.size(), kColors.back());
  std::size_t rank = 0;
  for (const std::size_t c : ClassesByLabels(report)) colors[c] = kColors[rank++ % kColors.size()];
  return colors;
}

}  // namespace prelabel
