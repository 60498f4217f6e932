// SQLite adapter of the store. WAL with synchronous=FULL: a commit has reached the disk when it
// returns. The one file that includes sqlite3.h.
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/base/hash.h"
#include "coordinator/store/run_lock.h"
#include "coordinator/store/schema.h"
#include "coordinator/store/store.h"

namespace prelabel {
namespace {

namespace fs = std::filesystem;

// Result code to what should be done next. The low byte is SQLite's primary code.
Error ToError(int code, const std::string& what, const std::string& path) {
  const std::string text = what + ": " + sqlite3_errstr(code);
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return Unavailable("the disk is full: " + text + "; free some space", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable(text, path);
    case SQLITE_CORRUPT:
      return DataLoss("the database is damaged: " + text, path);
    case SQLITE_NOTADB:
      return InvalidArgument("this file is not a database of prelabel", path);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return InvalidArgument(text + "; check the path and its permissions", path);
    case SQLITE_READONLY:
      return Internal("the store was opened for reading only", path);
    default:
      return Internal(text, path);
  }
}

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// A prepared statement. Errors are kept as codes; the store turns them into words.
class Statement {
 public:
  int Prepare(sqlite3* db, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
    return code;
  }

  // Binds the parameters in order. Text and blobs must outlive the next Reset.
  template <class... Values>
  void Bind(const Values&... values) {
    int position = 0;
    (BindOne(++position, values), ...);
  }

  // SQLITE_ROW, SQLITE_DONE or an error.
  int Step() { return sqlite3_step(statement_.get()); }
  void Reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
  }

  // SQLITE_OK, or why the statement failed.
  int Run() {
    int code = Step();
    while (code == SQLITE_ROW) code = Step();
    Reset();
    return code == SQLITE_DONE ? SQLITE_OK : code;
  }

  std::int64_t Integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::string_view Bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {static_cast<const char*>(data), static_cast<std::size_t>(data == nullptr ? 0 : size)};
  }
  bool IsNull(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }

 private:
  template <class Value>
  void BindOne(int position, const Value& value) {
    if constexpr (std::is_integral_v<Value> || std::is_enum_v<Value>) {
      sqlite3_bind_int64(statement_.get(), position, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<Value, Hash128>) {
      sqlite3_bind_blob64(statement_.get(), position, value.data(), value.size(), SQLITE_STATIC);
    } else {
      // A zero-length blob needs a non-null pointer, or it is stored as NULL.
      const std::string_view bytes = value;
      sqlite3_bind_blob64(statement_.get(), position, bytes.empty() ? "" : bytes.data(),
                          bytes.size(), SQLITE_STATIC);
    }
  }

  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
};

class SqliteStore : public Store {
 public:
  SqliteStore(std::string path, RunLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  Result<void> Open(int flags, const std::string& uri) {
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(uri.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    db_.reset(db);
    if (code != SQLITE_OK) return Fail(code, "cannot open the run's database");
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, 5000);
    return Ok();
  }

  // SQLite does not touch a file before its first statement: only now it is known to be readable.
  Result<bool> HasTables() {
    PRELABEL_TRY(const std::int64_t tables, Number("SELECT count(*) FROM sqlite_schema"));
    return tables > 0;
  }

  Result<void> CreateTables() {
    // Larger than the default of 1000 pages: fewer checkpoints, each of which waits for the disk.
    PRELABEL_TRY(
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "PRAGMA wal_autocheckpoint=4000;"));
    PRELABEL_TRY(const bool exists, HasTables());
    if (exists) return Ok();
    const std::string header =
        "BEGIN IMMEDIATE; PRAGMA application_id=" + std::to_string(kStoreApplicationId) +
        "; PRAGMA user_version=" + std::to_string(kStoreVersion) + ";";
    return Execute(header + kStoreSchema + "COMMIT;");
  }

  Result<void> CheckVersion() {
    PRELABEL_TRY(const std::int64_t application, Number("PRAGMA application_id"));
    PRELABEL_TRY(const std::int64_t version, Number("PRAGMA user_version"));
    if (application != kStoreApplicationId) {
      return InvalidArgument("this file is not a database of prelabel", path_);
    }
    if (version != kStoreVersion) {
      return InvalidArgument("the run was made by another version of prelabel (its format is " +
                                 std::to_string(version) + ", this program's is " +
                                 std::to_string(kStoreVersion) +
                                 "); use that version, or choose another output.dir",
                             path_);
    }
    return Ok();
  }

  Result<void> Prepare() {
    const auto prepare = [&](Statement& statement, const char* sql) -> Result<void> {
      const int code = statement.Prepare(db_.get(), sql);
      if (code != SQLITE_OK) return Fail(code, "cannot prepare a statement");
      return Ok();
    };
    PRELABEL_TRY(prepare(begin_, "BEGIN IMMEDIATE"));
    PRELABEL_TRY(prepare(commit_, "COMMIT"));
    PRELABEL_TRY(prepare(rollback_, "ROLLBACK"));
    PRELABEL_TRY(prepare(insert_committed_,
                         "INSERT INTO committed VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                         "ON CONFLICT DO NOTHING"));
    PRELABEL_TRY(prepare(insert_payload_, "INSERT INTO payload VALUES (?1, ?2)"));
    PRELABEL_TRY(prepare(insert_quarantine_,
                         "INSERT INTO quarantine SELECT ?1, ?2, CAST(?3 AS TEXT) WHERE NOT EXISTS "
                         "(SELECT 1 FROM committed WHERE task = ?1) ON CONFLICT DO NOTHING"));
    PRELABEL_TRY(prepare(insert_failure_,
                         "INSERT INTO failure VALUES (?1, ?2, ?3, CAST(?4 AS TEXT)) ON CONFLICT DO "
                         "UPDATE SET failures = ?2, losses = ?3, reason = CAST(?4 AS TEXT)"));
    PRELABEL_TRY(prepare(insert_split_,
                         "INSERT INTO split SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM committed "
                         "WHERE task = ?1) ON CONFLICT DO NOTHING"));
    PRELABEL_TRY(prepare(insert_task_, "INSERT INTO task VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    PRELABEL_TRY(prepare(read_payload_,
                         "SELECT c.hash, p.bytes FROM committed c LEFT JOIN payload p "
                         "ON p.task = c.task WHERE c.task = ?1"));
    PRELABEL_TRY(task_count_, Number("SELECT coalesce(max(id) + 1, 0) FROM task"));
    return Ok();
  }

  Result<void> PutMeta(const std::string& key, const std::string& value) override {
    Statement put;
    PRELABEL_TRY(Check(put.Prepare(db_.get(),
                                   "INSERT INTO meta VALUES (CAST(?1 AS TEXT), ?2) "
                                   "ON CONFLICT DO UPDATE SET value = excluded.value"),
                       "cannot write"));
    put.Bind(key, value);
    return Check(put.Run(), "cannot write " + key);
  }

  Result<std::optional<std::string>> GetMeta(const std::string& key) override {
    Statement get;
    PRELABEL_TRY(
        Check(get.Prepare(db_.get(), "SELECT value FROM meta WHERE key = CAST(?1 AS TEXT)"),
              "cannot read"));
    get.Bind(key);
    const int code = get.Step();
    if (code == SQLITE_ROW) return std::optional<std::string>(get.Bytes(0));
    if (code == SQLITE_DONE) return std::optional<std::string>();
    return Fail(code, "cannot read " + key);
  }

  Result<Epoch> NextEpoch() override {
    PRELABEL_TRY(const std::int64_t epoch,
                 Number("INSERT INTO epoch SELECT coalesce(max(value), 0) + 1 FROM epoch "
                        "RETURNING value"));
    return Epoch(static_cast<std::uint64_t>(epoch));
  }

  Result<void> AppendTasks(const std::vector<Task>& tasks) override {
    std::int64_t next = task_count_;
    PRELABEL_TRY(Transaction([&]() -> Result<void> {
      for (const Task& task : tasks) {
        PRELABEL_TRY(InsertTask(task, next));
      }
      return Ok();
    }));
    task_count_ = next;
    return Ok();
  }

  Result<std::vector<TaskRow>> LoadTasks() override {
    std::vector<TaskRow> rows;
    PRELABEL_TRY(const std::int64_t count, Number("SELECT count(*) FROM task"));
    rows.reserve(static_cast<std::size_t>(count));
    // Three scans in key order: a join would look up each of a million rows.
    PRELABEL_TRY(Scan("SELECT id, kind, source, first, count, stride FROM task ORDER BY id",
                      [&](const Statement& row) -> Result<void> {
                        Task task;
                        task.id = TaskId(static_cast<std::uint64_t>(row.Integer(0)));
                        task.kind = static_cast<TaskKind>(row.Integer(1));
                        task.source = SourceId(static_cast<std::uint32_t>(row.Integer(2)));
                        task.first = static_cast<std::uint64_t>(row.Integer(3));
                        task.count = static_cast<std::uint32_t>(row.Integer(4));
                        task.stride = static_cast<std::uint32_t>(row.Integer(5));
                        if (task.id.value != rows.size() || task.kind > TaskKind::kLink) {
                          return DataLoss("the task table is damaged", path_);
                        }
                        rows.push_back({task, TaskState::kPending, 0, 0, 0});
                        return Ok();
                      }));
    const auto find = [&](std::int64_t id) -> TaskRow* {
      const auto position = static_cast<std::size_t>(id);
      return id >= 0 && position < rows.size() ? &rows[position] : nullptr;
    };
    PRELABEL_TRY(Scan("SELECT task, attempts FROM quarantine ORDER BY task",
                      [&](const Statement& row) -> Result<void> {
                        TaskRow* task = find(row.Integer(0));
                        if (task == nullptr) return DataLoss("the task table is damaged", path_);
                        task->state = TaskState::kQuarantined;
                        task->attempts = static_cast<std::uint32_t>(row.Integer(1));
                        return Ok();
                      }));
    PRELABEL_TRY(Scan("SELECT task, failures, losses FROM failure ORDER BY task",
                      [&](const Statement& row) -> Result<void> {
                        TaskRow* task = find(row.Integer(0));
                        if (task == nullptr) return DataLoss("the task table is damaged", path_);
                        task->failures = static_cast<std::uint32_t>(row.Integer(1));
                        task->losses = static_cast<std::uint32_t>(row.Integer(2));
                        return Ok();
                      }));
    PRELABEL_TRY(
        Scan("SELECT task FROM split ORDER BY task", [&](const Statement& row) -> Result<void> {
          TaskRow* task = find(row.Integer(0));
          if (task == nullptr) return DataLoss("the task table is damaged", path_);
          task->state = TaskState::kSplit;
          return Ok();
        }));
    // Last: a result that came after all wins over the quarantine.
    PRELABEL_TRY(
        Scan("SELECT task, attempt, failed_items, compute_micros FROM committed ORDER BY task",
             [&](const Statement& row) -> Result<void> {
               TaskRow* task = find(row.Integer(0));
               if (task == nullptr) return DataLoss("the task table is damaged", path_);
               task->state = TaskState::kCommitted;
               task->attempts = static_cast<std::uint32_t>(row.Integer(1));
               task->failed_items = static_cast<std::uint32_t>(row.Integer(2));
               task->compute_micros = static_cast<std::uint64_t>(row.Integer(3));
               return Ok();
             }));
    return rows;
  }

  Result<std::vector<TaskRow>> LoadTasks(SourceId source) override {
    PRELABEL_TRY(std::vector<TaskRow> rows, LoadTasks());
    std::erase_if(rows, [&](const TaskRow& row) { return row.task.source != source; });
    return rows;
  }

  Result<void> CommitBatch(const StoreBatch& batch) override {
    if (batch.empty()) return Ok();
    std::int64_t next = task_count_;
    PRELABEL_TRY(Transaction([&]() -> Result<void> {
      next = task_count_;
      // First: the rest may be about the parts.
      for (const TaskSplit& split : batch.splits) {
        if (static_cast<std::int64_t>(split.task.value) >= next) {
          return Internal(
              "task " + std::to_string(split.task.value) + " is split, which is not planned",
              path_);
        }
        insert_split_.Bind(split.task.value);
        PRELABEL_TRY(Check(insert_split_.Run(), "cannot commit a split task"));
        if (sqlite3_changes(db_.get()) == 0) continue;  // committed, or split already
        for (const Task& part : split.parts) {
          PRELABEL_TRY(InsertTask(part, next));
        }
      }
      for (const EncodedResult& result : batch.results) {
        PRELABEL_TRY(CheckKnown(result.task, next));
        const Hash128 hash = HashBytes(result.payload, result.task.value);
        insert_committed_.Bind(result.task.value, result.attempt.value, result.items,
                               result.failed_items, result.compute_micros, hash);
        PRELABEL_TRY(Check(insert_committed_.Run(), "cannot commit results"));
        if (sqlite3_changes(db_.get()) == 0) continue;  // the first result stays
        insert_payload_.Bind(result.task.value, result.payload);
        PRELABEL_TRY(Check(insert_payload_.Run(), "cannot commit results"));
      }
      for (const QuarantinedTask& task : batch.quarantined) {
        PRELABEL_TRY(CheckKnown(task.task, next));
        insert_quarantine_.Bind(task.task.value, task.attempts, task.reason);
        PRELABEL_TRY(Check(insert_quarantine_.Run(), "cannot commit quarantined tasks"));
      }
      for (const TaskFailures& task : batch.failures) {
        PRELABEL_TRY(CheckKnown(task.task, next));
        insert_failure_.Bind(task.task.value, task.failures, task.losses, task.reason);
        PRELABEL_TRY(Check(insert_failure_.Run(), "cannot commit failures"));
      }
      return Ok();
    }));
    task_count_ = next;
    return Ok();
  }

  Result<void> Redo(const std::vector<TaskId>& tasks) override {
    std::vector<Statement> forget(4);
    const char* const tables[] = {"committed", "payload", "quarantine", "failure"};
    for (std::size_t i = 0; i < forget.size(); ++i) {
      const std::string sql = std::string("DELETE FROM ") + tables[i] + " WHERE task = ?1";
      PRELABEL_TRY(Check(forget[i].Prepare(db_.get(), sql.c_str()), "cannot forget results"));
    }
    return Transaction([&]() -> Result<void> {
      for (const TaskId task : tasks) {
        PRELABEL_TRY(CheckKnown(task, task_count_));
        for (Statement& statement : forget) {
          statement.Bind(task.value);
          PRELABEL_TRY(Check(statement.Run(), "cannot forget results"));
        }
      }
      return Ok();
    });
  }

  Result<std::optional<std::string>> ReadPayload(TaskId task) override {
    read_payload_.Bind(task.value);
    Result<std::optional<std::string>> payload = ReadBoundPayload(task);
    read_payload_.Reset();
    return payload;
  }

  Result<std::vector<QuarantinedTask>> LoadQuarantined() override {
    std::vector<QuarantinedTask> tasks;
    PRELABEL_TRY(Scan(
        "SELECT task, attempts, reason FROM quarantine WHERE task NOT IN "
        "(SELECT task FROM committed) ORDER BY task",
        [&](const Statement& row) -> Result<void> {
          tasks.push_back({TaskId(static_cast<std::uint64_t>(row.Integer(0))),
                           static_cast<std::uint32_t>(row.Integer(1)), std::string(row.Bytes(2))});
          return Ok();
        }));
    return tasks;
  }

 private:
  Result<void> InsertTask(const Task& task, std::int64_t& next) {
    if (static_cast<std::int64_t>(task.id.value) != next) {
      return Internal("task " + std::to_string(task.id.value) + " is appended where task " +
                          std::to_string(next) + " is next",
                      path_);
    }
    insert_task_.Bind(task.id.value, task.kind, task.source.value, task.first, task.count,
                      task.stride);
    PRELABEL_TRY(Check(insert_task_.Run(), "cannot write tasks"));
    ++next;
    return Ok();
  }

  Error Fail(int code, const std::string& what) const { return ToError(code, what, path_); }

  Result<void> Check(int code, const std::string& what) const {
    if (code != SQLITE_OK) return Fail(code, what);
    return Ok();
  }

  Result<void> CheckKnown(TaskId task, std::int64_t count) const {
    if (task.value < static_cast<std::uint64_t>(count)) return Ok();
    return Internal("a result of task " + std::to_string(task.value) + ", which is not planned",
                    path_);
  }

  Result<void> Execute(const std::string& sql) {
    return Check(sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr),
                 "cannot set up the run's database");
  }

  // The one number that a statement returns.
  Result<std::int64_t> Number(const char* sql) {
    Statement statement;
    int code = statement.Prepare(db_.get(), sql);
    if (code == SQLITE_OK) code = statement.Step();
    if (code != SQLITE_ROW) return Fail(code, "cannot read the run's database");
    const std::int64_t value = statement.Integer(0);
    // Stepping to the end is what commits a statement that writes.
    code = statement.Step();
    if (code != SQLITE_DONE) return Fail(code, "cannot use the run's database");
    return value;
  }

  template <class Visit>
  Result<void> Scan(const char* sql, const Visit& visit) {
    Statement statement;
    PRELABEL_TRY(Check(statement.Prepare(db_.get(), sql), "cannot read the run's database"));
    int code = statement.Step();
    for (; code == SQLITE_ROW; code = statement.Step()) {
      PRELABEL_TRY(visit(statement));
    }
    if (code != SQLITE_DONE) return Fail(code, "cannot read the run's database");
    return Ok();
  }

  template <class Body>
  Result<void> Transaction(const Body& body) {
    PRELABEL_TRY(Check(begin_.Run(), "cannot begin a transaction"));
    Result<void> result = body();
    if (result) result = Check(commit_.Run(), "cannot commit");
    // A failed COMMIT may or may not have ended the transaction.
    if (!result && sqlite3_get_autocommit(db_.get()) == 0) rollback_.Run();
    return result;
  }

  Result<std::optional<std::string>> ReadBoundPayload(TaskId task) {
    const int code = read_payload_.Step();
    if (code == SQLITE_DONE) return std::optional<std::string>();
    if (code != SQLITE_ROW) {
      return Fail(code, "cannot read the result of task " + std::to_string(task.value));
    }
    const std::string_view hash = read_payload_.Bytes(0);
    const std::string_view bytes = read_payload_.Bytes(1);
    const Hash128 expected = HashBytes(bytes, task.value);
    if (read_payload_.IsNull(1) || hash.size() != expected.size() ||
        std::memcmp(hash.data(), expected.data(), expected.size()) != 0) {
      return DataLoss(
          "the stored result of task " + std::to_string(task.value) + " was damaged on disk",
          path_);
    }
    return std::optional<std::string>(bytes);
  }

  std::string path_;
  RunLock lock_;  // released after the database is closed
  std::unique_ptr<sqlite3, CloseDatabase> db_;
  Statement begin_;
  Statement commit_;
  Statement rollback_;
  Statement insert_committed_;
  Statement insert_payload_;
  Statement insert_quarantine_;
  Statement insert_failure_;
  Statement insert_split_;
  Statement insert_task_;
  Statement read_payload_;
  std::int64_t task_count_ = 0;
};

// A path as an SQLite URI: what would end the path in a URI is escaped.
std::string ToUri(const std::string& path, const char* options) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%') {
      uri += "%25";
    } else if (c == '?') {
      uri += "%3f";
    } else if (c == '#') {
      uri += "%23";
    } else {
      uri += c;
    }
  }
  return uri + options;
}

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path) {
  PRELABEL_TRY(RunLock lock, RunLock::Acquire(fs::path(path).parent_path() / "run.lock"));
  auto store = std::make_unique<SqliteStore>(path, std::move(lock));
  PRELABEL_TRY(store->Open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path));
  // Before the journal mode is changed: a foreign database stays as it is.
  PRELABEL_TRY(const bool exists, store->HasTables());
  if (exists) {
    PRELABEL_TRY(store->CheckVersion());
  }
  PRELABEL_TRY(store->CreateTables());
  PRELABEL_TRY(store->Prepare());
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> OpenSqliteStoreReadOnly(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return InvalidArgument("there is no run here; give the output.dir of a job that was started",
                           path);
  }
  auto store = std::make_unique<SqliteStore>(path, RunLock());
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  PRELABEL_TRY(store->Open(flags, ToUri(path, "?mode=ro")));
  // In a folder that may not be written to, a reader cannot make the WAL's shared-memory file. With
  // no WAL nothing is lost by reading the file as it is.
  if (!store->HasTables() && !fs::exists(path + "-wal", error)) {
    PRELABEL_TRY(store->Open(flags, ToUri(path, "?immutable=1")));
  }
  PRELABEL_TRY(store->CheckVersion());
  PRELABEL_TRY(store->Prepare());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace prelabel
