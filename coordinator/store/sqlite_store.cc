// The store on SQLite. WAL with synchronous=FULL: a commit has reached the disk when it returns.
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/base/hash.h"
#include "coordinator/store/disk_room.h"
#include "coordinator/store/run_lock.h"
#include "coordinator/store/schema.h"
#include "coordinator/store/sqlite_database.h"
#include "coordinator/store/store.h"
#include "coordinator/store/task_rows.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

struct Statements {
  Statement put_meta;
  Statement get_meta;
  Statement insert_task;
  Statement insert_committed;
  Statement insert_payload;
  Statement insert_quarantine;
  Statement insert_failure;
  Statement insert_split;
  Statement delete_committed;
  Statement delete_payload;
  Statement delete_quarantine;
  Statement delete_failure;
  Statement read_payload;

  static Result<Statements> Prepare(Database& database) {
    Statements s;
    const std::pair<Statement*, const char*> all[] = {
        {&s.put_meta,
         "INSERT INTO meta VALUES (CAST(?1 AS TEXT), ?2) "
         "ON CONFLICT DO UPDATE SET value = excluded.value"},
        {&s.get_meta, "SELECT value FROM meta WHERE key = CAST(?1 AS TEXT)"},
        {&s.insert_task, "INSERT INTO task VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
        {&s.insert_committed,
         "INSERT INTO committed SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS "
         "(SELECT 1 FROM split WHERE task = ?1) ON CONFLICT DO NOTHING"},
        {&s.insert_payload, "INSERT INTO payload VALUES (?1, ?2)"},
        {&s.insert_quarantine,
         "INSERT INTO quarantine SELECT ?1, ?2, CAST(?3 AS TEXT) WHERE NOT EXISTS "
         "(SELECT 1 FROM committed WHERE task = ?1) AND NOT EXISTS "
         "(SELECT 1 FROM split WHERE task = ?1) ON CONFLICT DO NOTHING"},
        {&s.insert_failure,
         "INSERT INTO failure SELECT ?1, ?2, ?3, CAST(?4 AS TEXT) WHERE NOT EXISTS "
         "(SELECT 1 FROM split WHERE task = ?1) ON CONFLICT DO UPDATE SET "
         "failures = excluded.failures, losses = excluded.losses, reason = excluded.reason"},
        {&s.insert_split,
         "INSERT INTO split SELECT ?1 WHERE NOT EXISTS "
         "(SELECT 1 FROM committed WHERE task = ?1) ON CONFLICT DO NOTHING"},
        {&s.delete_committed, "DELETE FROM committed WHERE task = ?1"},
        {&s.delete_payload, "DELETE FROM payload WHERE task = ?1"},
        {&s.delete_quarantine, "DELETE FROM quarantine WHERE task = ?1"},
        {&s.delete_failure, "DELETE FROM failure WHERE task = ?1"},
        {&s.read_payload,
         "SELECT c.hash, p.bytes FROM committed c LEFT JOIN payload p ON p.task = c.task "
         "WHERE c.task = ?1"}};
    for (const auto& [statement, sql] : all) {
      PRELABEL_TRY(*statement, database.Prepare(sql));
    }
    return s;
  }
};

class SqliteStore : public Store {
 public:
  SqliteStore(const std::string& path, RunLock lock, bool read_only, int checkpoint_pages)
      : read_only_(read_only), lock_(std::move(lock)), database_(path, checkpoint_pages) {}

  // Opens the database, again where an I/O error made it unusable. Every call comes through here.
  Result<void> Ready() {
    if (database_.failure()) return *database_.failure();
    if (started_ && !database_.lost()) return Ok();
    started_ = false;
    statements_ = {};
    PRELABEL_TRY(read_only_ ? OpenForReading() : OpenForWriting());
    PRELABEL_TRY(statements_, Statements::Prepare(database_));
    PRELABEL_TRY(task_count_, database_.Number("SELECT coalesce(max(id) + 1, 0) FROM task"));
    started_ = true;
    return Ok();
  }

  Result<void> PutMeta(const std::string& key, const std::string& value) override {
    PRELABEL_TRY(Ready());
    statements_.put_meta.Bind(key, value);
    return database_.Run(statements_.put_meta, "cannot write " + key);
  }

  Result<std::optional<std::string>> GetMeta(const std::string& key) override {
    PRELABEL_TRY(Ready());
    Statement& get = statements_.get_meta;
    get.Bind(key);
    const Result<bool> row = database_.Step(get, "cannot read " + key);
    std::optional<std::string> value;
    if (row && row.value()) value = get.Bytes(0);
    get.Reset();
    if (!row) return row.error();
    return value;
  }

  Result<Epoch> NextEpoch() override {
    PRELABEL_TRY(Ready());
    PRELABEL_TRY(const std::int64_t epoch,
                 database_.Number("INSERT INTO epoch SELECT coalesce(max(value), 0) + 1 FROM epoch "
                                  "RETURNING value"));
    return Epoch(static_cast<std::uint64_t>(epoch));
  }

  Result<void> AppendTasks(const std::vector<Task>& tasks) override {
    PRELABEL_TRY(Ready());
    std::int64_t next = task_count_;
    PRELABEL_TRY(database_.Transaction([&]() -> Result<void> {
      for (const Task& task : tasks) {
        PRELABEL_TRY(InsertTask(task, next));
      }
      return Ok();
    }));
    task_count_ = next;
    return Ok();
  }

  Result<std::vector<TaskRow>> LoadTasks() override {
    PRELABEL_TRY(Ready());
    return ReadTaskRows(database_);
  }

  Result<std::vector<TaskRow>> LoadTasks(SourceId source) override {
    PRELABEL_TRY(Ready());
    return ReadTaskRows(database_, source);
  }

  Result<void> CommitBatch(const StoreBatch& batch) override {
    if (batch.empty()) return Ok();
    PRELABEL_TRY(Ready());
    std::int64_t next = task_count_;
    PRELABEL_TRY(database_.Transaction([&]() -> Result<void> {
      // First: the rest may be about the parts.
      for (const PlannedTasks& planned : batch.planned) {
        PRELABEL_TRY(InsertPlanned(planned, next));
      }
      for (const EncodedResult& result : batch.results) {
        PRELABEL_TRY(InsertResult(result, next));
      }
      for (const QuarantinedTask& task : batch.quarantined) {
        PRELABEL_TRY(CheckKnown(task.task, next));
        statements_.insert_quarantine.Bind(task.task.value, task.attempts, task.reason);
        PRELABEL_TRY(database_.Run(statements_.insert_quarantine, "cannot quarantine a task"));
      }
      for (const TaskFailures& task : batch.failures) {
        PRELABEL_TRY(CheckKnown(task.task, next));
        statements_.insert_failure.Bind(task.task.value, task.failures, task.losses, task.reason);
        PRELABEL_TRY(database_.Run(statements_.insert_failure, "cannot write failures"));
      }
      return Ok();
    }));
    task_count_ = next;
    return Ok();
  }

  Result<void> Redo(const std::vector<TaskId>& tasks) override {
    PRELABEL_TRY(Ready());
    return database_.Transaction([&]() -> Result<void> {
      for (const TaskId task : tasks) {
        PRELABEL_TRY(CheckKnown(task, task_count_));
        for (Statement* forget : {&statements_.delete_committed, &statements_.delete_payload}) {
          forget->Bind(task.value);
          PRELABEL_TRY(database_.Run(*forget, "cannot forget a result"));
        }
        PRELABEL_TRY(ForgetReasons(task));
      }
      return Ok();
    });
  }

  Result<std::optional<std::string>> ReadPayload(TaskId task) override {
    PRELABEL_TRY(Ready());
    statements_.read_payload.Bind(task.value);
    Result<std::optional<std::string>> payload = ReadBoundPayload(task);
    statements_.read_payload.Reset();
    return payload;
  }

  Result<std::vector<QuarantinedTask>> LoadQuarantined() override {
    PRELABEL_TRY(Ready());
    PRELABEL_TRY(
        Statement statement,
        database_.Prepare("SELECT task, attempts, reason FROM quarantine WHERE task NOT IN "
                          "(SELECT task FROM committed) ORDER BY task"));
    std::vector<QuarantinedTask> tasks;
    PRELABEL_TRY(database_.Scan(statement, [&](const Statement& row) -> Result<void> {
      tasks.push_back({TaskId(static_cast<std::uint64_t>(row.Integer(0))),
                       static_cast<std::uint32_t>(row.Integer(1)), std::string(row.Bytes(2))});
      return Ok();
    }));
    return tasks;
  }

 private:
  Result<void> OpenForWriting() {
    PRELABEL_TRY(CheckRoom(fs::path(database_.path()).parent_path()));
    PRELABEL_TRY(database_.Open(Database::Access::kWrite));
    // Before the journal mode is changed: a foreign database stays as it is.
    PRELABEL_TRY(const bool exists, HasTables());
    if (exists) {
      PRELABEL_TRY(CheckVersion());
    }
    PRELABEL_TRY(database_.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                                   "cannot set up the run's database"));
    PRELABEL_TRY(database_.AllocateSharedMemory());
    if (!exists) return CreateTables();
    // After a sync that failed, the kernel's cache may show a log that is not on the disk. What is
    // built upon it must be: it is copied into the database, which is synced.
    database_.Checkpoint();
    if (database_.failure()) return *database_.failure();
    if (database_.lost()) return Unavailable("the disk is full; free some space", database_.path());
    return Ok();
  }

  Result<void> OpenForReading() {
    const fs::path folder = fs::path(database_.path()).parent_path();
    const Result<void> room = CheckRoom(folder);
    // While a coordinator is at work, the shared memory of the write-ahead log is there. Otherwise
    // a reader makes it, for which there may be no room or no permission. With no log nothing is
    // lost by reading the file as it is.
    const bool may_make_it = room || !RunLock::Acquire(folder / "run.lock");
    std::error_code error;
    const bool has_log = fs::exists(database_.path() + "-wal", error);
    if (!may_make_it && has_log) return room.error();
    PRELABEL_TRY(
        database_.Open(may_make_it ? Database::Access::kRead : Database::Access::kUnshared));
    if (!HasTables() && !database_.failure() && !has_log) {
      PRELABEL_TRY(database_.Open(Database::Access::kUnshared));
    }
    return CheckVersion();
  }

  // SQLite does not touch a file before its first statement: only now it is known to be readable.
  Result<bool> HasTables() {
    PRELABEL_TRY(const std::int64_t tables, database_.Number("SELECT count(*) FROM sqlite_schema"));
    return tables > 0;
  }

  Result<void> CreateTables() {
    return database_.Execute(
        "BEGIN IMMEDIATE; PRAGMA application_id=" + std::to_string(kStoreApplicationId) +
            "; PRAGMA user_version=" + std::to_string(kStoreVersion) + ";" + kStoreSchema +
            "COMMIT;",
        "cannot set up the run's database");
  }

  Result<void> CheckVersion() {
    PRELABEL_TRY(const std::int64_t application, database_.Number("PRAGMA application_id"));
    PRELABEL_TRY(const std::int64_t version, database_.Number("PRAGMA user_version"));
    if (application != kStoreApplicationId) {
      return InvalidArgument("this file is not a database of prelabel", database_.path());
    }
    if (version != kStoreVersion) {
      return InvalidArgument("the run was made by another version of prelabel (its format is " +
                                 std::to_string(version) + ", this program's is " +
                                 std::to_string(kStoreVersion) +
                                 "); use that version, or choose another output.dir",
                             database_.path());
    }
    return Ok();
  }

  Result<void> CheckKnown(TaskId task, std::int64_t count) const {
    if (task.value < static_cast<std::uint64_t>(count)) return Ok();
    return Internal("task " + std::to_string(task.value) + " has ended, which is not planned",
                    database_.path());
  }

  Result<void> InsertTask(const Task& task, std::int64_t& next) {
    if (static_cast<std::int64_t>(task.id.value) != next) {
      return Internal("task " + std::to_string(task.id.value) + " is appended where task " +
                          std::to_string(next) + " is next",
                      database_.path());
    }
    statements_.insert_task.Bind(task.id.value, task.kind, task.source.value, task.first,
                                 task.count, task.stride);
    PRELABEL_TRY(database_.Run(statements_.insert_task, "cannot write tasks"));
    ++next;
    return Ok();
  }

  Result<void> InsertResult(const EncodedResult& result, std::int64_t count) {
    PRELABEL_TRY(CheckKnown(result.task, count));
    const Hash128 hash = HashBytes(result.payload, result.task.value);
    statements_.insert_committed.Bind(result.task.value, result.attempt.value, result.items,
                                      result.failed_items, result.compute_micros, hash);
    PRELABEL_TRY(database_.Run(statements_.insert_committed, "cannot commit results"));
    if (database_.Changes() == 0) return Ok();  // the first result stays
    statements_.insert_payload.Bind(result.task.value, result.payload);
    return database_.Run(statements_.insert_payload, "cannot commit results");
  }

  Result<void> InsertPlanned(const PlannedTasks& planned, std::int64_t& next) {
    if (planned.replaces) {
      PRELABEL_TRY(CheckKnown(*planned.replaces, next));
      statements_.insert_split.Bind(planned.replaces->value);
      PRELABEL_TRY(database_.Run(statements_.insert_split, "cannot split a task"));
      if (database_.Changes() == 0) return Ok();  // committed, or split already
      PRELABEL_TRY(ForgetReasons(*planned.replaces));
    }
    for (const Task& task : planned.tasks) {
      PRELABEL_TRY(InsertTask(task, next));
    }
    return Ok();
  }

  Result<void> ForgetReasons(TaskId task) {
    for (Statement* forget : {&statements_.delete_quarantine, &statements_.delete_failure}) {
      forget->Bind(task.value);
      PRELABEL_TRY(database_.Run(*forget, "cannot forget a failure"));
    }
    return Ok();
  }

  Result<std::optional<std::string>> ReadBoundPayload(TaskId task) {
    Statement& read = statements_.read_payload;
    const std::string name = "result of task " + std::to_string(task.value);
    PRELABEL_TRY(const bool row, database_.Step(read, "cannot read the " + name));
    if (!row) return std::optional<std::string>();
    const std::string_view hash = read.Bytes(0);
    const std::string_view bytes = read.Bytes(1);
    const Hash128 expected = HashBytes(bytes, task.value);
    if (read.IsNull(1) || hash.size() != expected.size() ||
        std::memcmp(hash.data(), expected.data(), expected.size()) != 0) {
      return DataLoss("the stored " + name + " was damaged on disk; `prelabel run` does it again",
                      database_.path());
    }
    return std::optional<std::string>(bytes);
  }

  bool read_only_;
  bool started_ = false;
  RunLock lock_;  // released after the database is closed
  Database database_;
  Statements statements_;  // gone before the database is
  std::int64_t task_count_ = 0;
};

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path, int checkpoint_pages) {
  PRELABEL_TRY(RunLock lock, RunLock::Acquire(fs::path(path).parent_path() / "run.lock"));
  auto store = std::make_unique<SqliteStore>(path, std::move(lock), false, checkpoint_pages);
  PRELABEL_TRY(store->Ready());
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> OpenSqliteStoreReadOnly(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return InvalidArgument("there is no run here; give the output.dir of a job that was started",
                           path);
  }
  auto store = std::make_unique<SqliteStore>(path, RunLock(), true, kCheckpointPages);
  PRELABEL_TRY(store->Ready());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace prelabel
