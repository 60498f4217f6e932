// A link task: all detections of a video to its tracks. Pure; thread-safe.
#pragma once

#include "common/wire/task.h"

namespace prelabel {

// `assignment` is of kind kLink; the result holds tracks and no items, and the frames that are
// wanted next where the assignment has a budget for that.
TaskResult RunLinkTask(const Assignment& assignment);

}  // namespace prelabel
