#include "worker/link/link_task.h"

#include "common/labels/linking.h"

namespace prelabel {

TaskResult RunLinkTask(const Assignment& assignment) {
  TaskResult result;
  result.task = assignment.task.id;
  result.attempt = assignment.attempt;
  result.tracks = LinkDetections(assignment.detections, assignment.link);
  return result;
}

}  // namespace prelabel
