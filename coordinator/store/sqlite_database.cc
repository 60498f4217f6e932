#include "coordinator/store/sqlite_database.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace prelabel {
namespace {

constexpr int kBusyMilliseconds = 5000;
// One region of the index of a write-ahead log: good for 4062 pages, more than a checkpoint leaves
// (https://www.sqlite.org/walformat.html, section 2.1).
constexpr std::size_t kSharedMemoryBytes = 32768;

// A path as an SQLite URI: what would end the path in a URI is escaped.
std::string ToUri(const std::string& path, const char* options) {
  std::string uri = path.starts_with('/') ? "file://" : "file:";
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

// Whether a sync failed. What the kernel could not write it may have forgotten: a second sync that
// succeeds says nothing, also where the reason was a full disk.
bool IsSync(int code) { return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC; }

bool IsNoRoom(int system_error) { return system_error == ENOSPC || system_error == EDQUOT; }

// The errno behind an I/O error, or 0. sqlite3_system_errno alone does not know it where a COMMIT
// failed; the file that failed does.
int SystemErrorOf(sqlite3* db) {
  int error = sqlite3_system_errno(db);
  if (IsNoRoom(error)) return error;
  const auto ask = [&error](sqlite3_file* file) {
    int last = 0;
    if (file == nullptr || file->pMethods == nullptr) return;
    if (file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &last) != SQLITE_OK) return;
    if (error == 0 || IsNoRoom(last)) error = last;
  };
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db, "main", which, &file) == SQLITE_OK) ask(file);
  }
  return error;
}

int CountLogPages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::BindInteger(int position, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), position, value);
}

void Statement::BindBytes(int position, std::string_view bytes) {
  // A zero-length blob needs a non-null pointer, or it is stored as NULL.
  sqlite3_bind_blob64(statement_.get(), position, bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_STATIC);
}

std::int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(data == nullptr ? 0 : size)};
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

Database::Database(std::string path, int checkpoint_pages)
    : path_(std::move(path)), checkpoint_pages_(checkpoint_pages) {}

Database::~Database() { Close(); }

void Database::Close() {
  if (db_ == nullptr) return;
  // Closing copies the log into the database and removes it. Not on a disk that has just failed:
  // the next one to open it does that.
  if (lost_ || failure_) sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_close_v2(db_);
  db_ = nullptr;
  shared_memory_.Close();
}

Result<void> Database::AllocateSharedMemory() {
  Result<void> allocated = shared_memory_.Open(path_ + "-shm", kSharedMemoryBytes);
  if (!allocated) Close();
  return allocated;
}

Result<void> Database::Open(Access access) {
  Close();
  lost_ = false;
  log_pages_ = 0;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  flags |=
      access == Access::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const char* options = access == Access::kWrite  ? ""
                        : access == Access::kRead ? "?mode=ro"
                                                  : "?immutable=1";
  const int code = sqlite3_open_v2(ToUri(path_, options).c_str(), &db_, flags, nullptr);
  if (code != SQLITE_OK) return Fail(code, "cannot open the run's database");
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, kBusyMilliseconds);
  // In place of SQLite's own checkpoints, which keep their errors to themselves.
  sqlite3_wal_hook(db_, &CountLogPages, &log_pages_);
  return Ok();
}

Error Database::Fail(int code, std::string_view what) {
  const int kind = code & 0xFF;  // SQLite's primary code
  const bool io = kind == SQLITE_IOERR;
  const int system = io || kind == SQLITE_CANTOPEN ? SystemErrorOf(db_) : 0;
  std::string text = std::string(what) + ": " + sqlite3_errstr(code);
  if (system != 0) text += std::string(" (") + std::strerror(system) + ")";

  if (kind == SQLITE_FULL || (IsNoRoom(system) && !IsSync(code))) {
    lost_ |= io;
    return Unavailable("the disk is full: " + text + "; free some space", path_);
  }
  if (io) {
    failure_ = Internal("the disk failed: " + text +
                            "; no acknowledged result is lost: when the disk is repaired, the same "
                            "command goes on",
                        path_);
    return *failure_;
  }
  switch (kind) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable(text, path_);
    case SQLITE_CORRUPT:
      return DataLoss("the database is damaged: " + text +
                          "; put a copy in its place, or choose another output.dir",
                      path_);
    case SQLITE_NOTADB:
      return InvalidArgument("this file is not a database of prelabel", path_);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return InvalidArgument(text + "; check the path and its permissions", path_);
    case SQLITE_READONLY:
      return Internal("the store was opened for reading only", path_);
    default:
      return Internal(text, path_);
  }
}

Result<Statement> Database::Prepare(std::string_view sql) {
  Statement statement;
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  statement.statement_.reset(prepared);
  if (code != SQLITE_OK) return Fail(code, "cannot read the run's database");
  return statement;
}

Result<bool> Database::Step(Statement& statement, std::string_view what) {
  const int code = sqlite3_step(statement.statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return Fail(code, what);
}

Result<void> Database::Run(Statement& statement, std::string_view what) {
  Result<bool> row = Step(statement, what);
  while (row && row.value()) row = Step(statement, what);
  statement.Reset();
  if (!row) return std::move(row).error();
  return Ok();
}

Result<void> Database::Execute(const std::string& sql, std::string_view what) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Fail(code, what);
  return Ok();
}

Result<std::int64_t> Database::Number(std::string_view sql) {
  PRELABEL_TRY(Statement statement, Prepare(sql));
  PRELABEL_TRY(const bool row, Step(statement, "cannot read the run's database"));
  if (!row) return Internal("a statement returned nothing: " + std::string(sql), path_);
  const std::int64_t value = statement.Integer(0);
  // Stepping to the end is what commits a statement that writes.
  PRELABEL_TRY(Run(statement, "cannot write to the run's database"));
  return value;
}

std::int64_t Database::Changes() const { return sqlite3_changes64(db_); }

void Database::Rollback() {
  // A failed COMMIT may have ended the transaction; a lost connection is closed with it.
  if (lost_ || failure_ || sqlite3_get_autocommit(db_) != 0) return;
  sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::Checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) Fail(code, "cannot copy the log into the database");
}

}  // namespace prelabel
