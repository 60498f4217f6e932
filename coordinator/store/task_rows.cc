#include "coordinator/store/task_rows.h"

#include <cstddef>
#include <utility>

namespace prelabel {
namespace {

constexpr char kDamaged[] = "the task table is damaged";

std::uint32_t Small(const Statement& row, int column) {
  return static_cast<std::uint32_t>(row.Integer(column));
}

// Columns 0 to 5: id, kind, source, first, count, stride.
Result<Task> ReadTask(const Statement& row, const Database& database) {
  Task task;
  task.id = TaskId(static_cast<std::uint64_t>(row.Integer(0)));
  task.kind = static_cast<TaskKind>(row.Integer(1));
  task.source = SourceId(Small(row, 2));
  task.first = static_cast<std::uint64_t>(row.Integer(3));
  task.count = Small(row, 4);
  task.stride = Small(row, 5);
  if (row.Integer(1) < 0 || row.Integer(1) >= static_cast<std::int64_t>(kTaskKinds))
    return DataLoss(kDamaged, database.path());
  return task;
}

// Calls `fill(task, row)` with the task that column 0 names.
template <class Fill>
Result<void> FillFrom(Database& database, const char* sql, std::vector<TaskRow>& rows,
                      const Fill& fill) {
  PRELABEL_TRY(Statement statement, database.Prepare(sql));
  return database.Scan(statement, [&](const Statement& row) -> Result<void> {
    const auto position = static_cast<std::size_t>(row.Integer(0));
    if (position >= rows.size()) return DataLoss(kDamaged, database.path());
    fill(rows[position], row);
    return Ok();
  });
}

}  // namespace

Result<std::vector<TaskRow>> ReadTaskRows(Database& database) {
  std::vector<TaskRow> rows;
  PRELABEL_TRY(const std::int64_t count, database.Number("SELECT count(*) FROM task"));
  rows.reserve(static_cast<std::size_t>(count));
  // Scans in key order: a join would look up each of a million rows.
  PRELABEL_TRY(
      Statement tasks,
      database.Prepare("SELECT id, kind, source, first, count, stride FROM task ORDER BY id"));
  PRELABEL_TRY(database.Scan(tasks, [&](const Statement& row) -> Result<void> {
    PRELABEL_TRY(const Task task, ReadTask(row, database));
    if (task.id.value != rows.size()) return DataLoss(kDamaged, database.path());
    rows.push_back({task});
    return Ok();
  }));
  PRELABEL_TRY(FillFrom(database, "SELECT task, failures, losses FROM failure ORDER BY task", rows,
                        [](TaskRow& task, const Statement& row) {
                          task.failures = Small(row, 1);
                          task.losses = Small(row, 2);
                        }));
  PRELABEL_TRY(FillFrom(database, "SELECT task, attempts FROM quarantine ORDER BY task", rows,
                        [](TaskRow& task, const Statement& row) {
                          task.state = TaskState::kQuarantined;
                          task.attempts = Small(row, 1);
                        }));
  PRELABEL_TRY(FillFrom(database, "SELECT task FROM split ORDER BY task", rows,
                        [](TaskRow& task, const Statement&) { task.state = TaskState::kSplit; }));
  PRELABEL_TRY(FillFrom(
      database, "SELECT task, attempt, failed_items, compute_micros FROM committed ORDER BY task",
      rows, [](TaskRow& task, const Statement& row) {
        task.state = TaskState::kCommitted;
        task.attempts = Small(row, 1);
        task.failed_items = Small(row, 2);
        task.compute_micros = static_cast<std::uint64_t>(row.Integer(3));
      }));
  return rows;
}

Result<std::vector<TaskRow>> ReadTaskRows(Database& database, SourceId source) {
  PRELABEL_TRY(Statement statement,
               database.Prepare("SELECT t.id, t.kind, t.source, t.first, t.count, t.stride, "
                                "f.failures, f.losses, q.attempts, s.task, "
                                "c.attempt, c.failed_items, c.compute_micros FROM task t "
                                "LEFT JOIN failure f ON f.task = t.id "
                                "LEFT JOIN quarantine q ON q.task = t.id "
                                "LEFT JOIN split s ON s.task = t.id "
                                "LEFT JOIN committed c ON c.task = t.id "
                                "WHERE t.source = ?1 ORDER BY t.id"));
  statement.Bind(source.value);
  std::vector<TaskRow> rows;
  PRELABEL_TRY(database.Scan(statement, [&](const Statement& row) -> Result<void> {
    TaskRow task;
    PRELABEL_TRY(task.task, ReadTask(row, database));
    task.failures = Small(row, 6);
    task.losses = Small(row, 7);
    if (!row.IsNull(10)) {
      task.state = TaskState::kCommitted;
      task.attempts = Small(row, 10);
      task.failed_items = Small(row, 11);
      task.compute_micros = static_cast<std::uint64_t>(row.Integer(12));
    } else if (!row.IsNull(9)) {
      task.state = TaskState::kSplit;
    } else if (!row.IsNull(8)) {
      task.state = TaskState::kQuarantined;
      task.attempts = Small(row, 8);
    }
    rows.push_back(task);
    return Ok();
  }));
  return rows;
}

}  // namespace prelabel
