#include "coordinator/cli/assignments.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/merge/link_input.h"

namespace prelabel {
namespace {

// Paths and tiles of looks, which ascend: each image is cut once.
void AddTiles(const SourceItems& source, const std::vector<std::uint64_t>& looks,
              Assignment& assignment) {
  const TiledImages& tiled = *source.tiled;
  std::optional<std::uint64_t> cut;  // the image that `tiles` are of
  std::vector<Tile> tiles;
  for (const std::uint64_t look : looks) {
    const std::uint64_t item = tiled.ItemOf(look);
    const ImageSize size = tiled.sizes[item];
    if (cut != item) tiles = CutTiles(size, tiled.tiling);
    cut = item;
    assignment.paths.push_back(source.Location(item));
    assignment.tiles.push_back({size, tiles[look - tiled.first_look[item]]});
  }
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
    } else if (source.tiled) {
      AddTiles(source, TaskItems(task), assignment);
    } else {
      for (const std::uint64_t item : TaskItems(task)) {
        assignment.paths.push_back(source.Location(item));
      }
    }
    return assignment;
  };
}

}  // namespace prelabel
