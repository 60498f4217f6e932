#include "worker/link/link_task.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "common/labels/keyframe_chooser.h"
#include "common/labels/linking.h"

namespace prelabel {

TaskResult RunLinkTask(const Assignment& assignment) {
  TaskResult result;
  result.task = assignment.task.id;
  result.attempt = assignment.attempt;
  result.tracks = LinkDetections(assignment.detections, assignment.link);
  if (assignment.chooser.budget == 0) return result;
  std::vector<std::int64_t> looked_at = assignment.unreadable;
  for (const FrameDetections& frame : assignment.detections) looked_at.push_back(frame.frame);
  std::sort(looked_at.begin(), looked_at.end());
  looked_at.erase(std::unique(looked_at.begin(), looked_at.end()), looked_at.end());
  result.wanted = ChooseKeyframes(looked_at, result.tracks, assignment.chooser);
  return result;
}

}  // namespace prelabel
