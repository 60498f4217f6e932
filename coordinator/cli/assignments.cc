#include "coordinator/cli/assignments.h"

#include <utility>

#include "coordinator/merge/link_input.h"

namespace prelabel {

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
      for (const std::uint64_t item : TaskItems(task)) {
        assignment.paths.push_back(source.Location(item));
      }
    }
    return assignment;
  };
}

}  // namespace prelabel
