// Fills tasks with what workers need: paths of images and videos, a video's detections to link.
#pragma once

#include "coordinator/cli/job_context.h"
#include "coordinator/server/server.h"
#include "coordinator/store/store.h"

namespace prelabel {

// The arguments outlive the builder.
AssignmentBuilder MakeAssignmentBuilder(const JobContext& context, Store& store);

}  // namespace prelabel
