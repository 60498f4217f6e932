#include "coordinator/cli/assignments.h"

#include <utility>

#include "coordinator/merge/link_input.h"

namespace prelabel {
namespace {

ImageTile TileOfLook(const TiledImages& tiled, std::uint64_t look, std::uint64_t item) {
  const ImageSize size = tiled.sizes[item];
  return {size, CutTiles(size, tiled.tiling)[look - tiled.first_look[item]]};
}

}  // namespace

AssignmentBuilder MakeAssignmentBuilder(const JobContext& context, Store& store) {
  return [&context, &store](const Task& task, Attempt attempt) -> Result<Assignment> {
    const SourceItems& source = context.dataset.sources[task.source.value];
    Assignment assignment;
    assignment.task = task;
    assignment.attempt = attempt;
    assignment.video = source.kind == SourceKind::kVideo;
    if (task.kind == TaskKind::kLink) {
      PRELABEL_TRY(assignment.detections,
                   CollectDetections(store, task.source, context.job.labels, context.classes));
      assignment.link = MakeLinkOptions(context.job.labels, context.classes, source);
      assignment.chooser = MakeChooserOptions(source);
      if (assignment.chooser.budget > 0) {
        PRELABEL_TRY(assignment.unreadable, CollectUnreadable(store, task.source));
      }
    } else if (source.kind == SourceKind::kVideo) {
      assignment.paths = {source.files.front()};
    } else {
      for (const std::uint64_t look : TaskItems(task)) {
        const std::uint64_t item = source.ItemOfLook(look);
        assignment.paths.push_back(source.Location(item));
        if (source.tiled) assignment.tiles.push_back(TileOfLook(*source.tiled, look, item));
      }
    }
    return assignment;
  };
}

}  // namespace prelabel
