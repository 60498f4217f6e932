#include "coordinator/cli/measure_run.h"

#include <string>
#include <utility>

#include "coordinator/audit/label_digest.h"
#include "coordinator/cli/item_slices.h"
#include "coordinator/formats/item_names.h"

namespace prelabel {
namespace {

// Sums of embeddings depend in their last bits on where they are cut: always here.
constexpr std::uint64_t kChunkItems = 1024;

}  // namespace

Result<RunMeasures> MeasureRun(const JobContext& context, Store& store, const TruthSource& truth) {
  const std::size_t classes = context.card.classes.size();
  JobSpec job = context.job;
  if (job.interpolation == InterpolationMethod::kFlow) {
    job.interpolation = InterpolationMethod::kLinear;
  }
  const ItemNames names(context.dataset);
  ItemSlices slices(context.dataset);
  std::vector<std::string> slices_here;
  RunMeasures measures{{}, LabelScores(classes), WorkCounts(context.classes.categories.size()), {}};
  LabelDigest digest(context.classes, context.job.interpolation);
  DomainStats whole(classes);
  DomainStats chunk(classes);
  std::uint64_t in_chunk = 0;
  const auto visit = [&](const LabeledItem& item) -> Result<void> {
    measures.work.Add(item, context.dataset.sources[item.source.value].kind);
    if (item.raw == nullptr && item.labels.empty()) return Ok();
    const std::string name = names.FileName(item.source, item.item);
    const std::string group = NeighborhoodOf(context.dataset, item.source, item.item, name);
    measures.scores.Add(item, JackknifeGroup(group));
    digest.Add(item, name);
    if (item.raw == nullptr) return Ok();
    std::vector<Truth> right;
    if (truth) {
      PRELABEL_TRY(const std::vector<TruthObject>* objects, truth(item, name));
      if (objects != nullptr) {
        ++measures.judged;
        std::vector<TruthObject> shown;
        if (context.classes.whole_pictures) {
          shown = WholePictureTruth(*objects, item.width, item.height);
          objects = &shown;
        }
        right = MatchTruth(item.raw->predictions, *objects);
        for (const TruthObject& object : *objects) {
          if (object.crowd) continue;
          ++measures.objects;
          chunk.AddObjects(object.class_id, 1);
        }
      }
    }
    slices_here = slices.Of(item.source, item.item);
    context.slices.AppendSlices(name, slices_here);
    chunk.Add({*item.raw, item.source, name, group, slices_here, right});
    if (++in_chunk == kChunkItems) {
      whole.Merge(std::exchange(chunk, DomainStats(classes)));
      in_chunk = 0;
    }
    return Ok();
  };
  PRELABEL_TRY(measures.damaged, MergeLabels(context.dataset, job, context.classes, store, visit));
  whole.Merge(chunk);
  measures.domain = whole.Finish();
  measures.labels_hash = digest.Finish();
  return measures;
}

}  // namespace prelabel
