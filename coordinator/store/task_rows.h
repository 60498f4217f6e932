// Reads the tasks of a run's database with what has become of each.
#pragma once

#include <vector>

#include "common/base/result.h"
#include "coordinator/store/sqlite_database.h"
#include "coordinator/store/store.h"

namespace prelabel {

// All of them, ascending. DataLoss: the table has holes, or others name tasks that it has not.
Result<std::vector<TaskRow>> ReadTaskRows(Database& database);

// Those of one source, ascending, by an index.
Result<std::vector<TaskRow>> ReadTaskRows(Database& database, SourceId source);

}  // namespace prelabel
