// Makes a run's second looks (plan/second_looks.h) those that the job asks for now: these may
// change from run to run, since labels do not depend on them.
#pragma once

#include <vector>

#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/store/store.h"

namespace prelabel {

// Where the job names another second model than the run's results are of, forgets these, durably;
// whether it did. `tasks` are the store's, before and after.
Result<bool> ForgetOtherSecondModel(const JobContext& context, Store& store,
                                    std::vector<TaskRow>& tasks);

// Drops second looks that are not done and not wanted any more, with `retry_failed` takes those
// back that failed for some item, and plans what is missing, all durably. `tasks` are the store's,
// before and after.
Result<void> UpdateSecondLooks(const JobContext& context, bool retry_failed, Store& store,
                               std::vector<TaskRow>& tasks);

}  // namespace prelabel
