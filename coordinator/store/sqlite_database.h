// A connection to one SQLite database, its statements, and what its failures mean for the run. Not
// thread-safe. The .cc is the one file that includes sqlite3.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/base/hash.h"
#include "common/base/result.h"
#include "coordinator/store/disk_room.h"

struct sqlite3;
struct sqlite3_stmt;

namespace prelabel {

// A prepared statement. It must be gone before its database is opened again or closed.
class Statement {
 public:
  // Binds the parameters ?1, ?2 … in order. Bytes must outlive the statement's next run.
  template <class... Values>
  void Bind(const Values&... values) {
    int position = 0;
    (BindOne(++position, values), ...);
  }

  // Columns of the present row, from 0. Bytes are valid until the next step.
  std::int64_t Integer(int column) const;
  std::string_view Bytes(int column) const;
  bool IsNull(int column) const;

  // Ready to be bound and run again.
  void Reset();

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  template <class Value>
  void BindOne(int position, const Value& value) {
    if constexpr (std::is_integral_v<Value> || std::is_enum_v<Value>) {
      BindInteger(position, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<Value, Hash128>) {
      BindBytes(position, {reinterpret_cast<const char*>(value.data()), value.size()});
    } else {
      BindBytes(position, value);
    }
  }
  void BindInteger(int position, std::int64_t value);
  void BindBytes(int position, std::string_view bytes);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Errors: Unavailable where the disk is full or the database locked, and nothing was changed;
// DataLoss where the file is damaged; InvalidArgument where it cannot be opened. Internal where the
// disk failed: then failure() stays set and everything else returns it.
class Database {
 public:
  enum class Access : std::uint8_t {
    kWrite,    // made where there is none
    kRead,     // also while another process writes
    kUnshared  // for reading where nothing can be written beside it, and no one writes
  };

  // `checkpoint_pages`: the write-ahead log is copied into the database when it has so many pages.
  Database(std::string path, int checkpoint_pages);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Opens, or closes and opens again.
  Result<void> Open(Access access);
  // Sees to it that commits need no new room in the shared memory of the write-ahead log, which
  // must be there. Unavailable: there is none, and the database is closed.
  Result<void> AllocateSharedMemory();

  // The connection may not be used any more, and must be opened again: SQLite's caches may differ
  // from the files after an I/O error. Set where room on the disk is all that was missing.
  bool lost() const { return lost_; }
  // Why the database may not be opened again by this process.
  const std::optional<Error>& failure() const { return failure_; }
  const std::string& path() const { return path_; }

  Result<Statement> Prepare(std::string_view sql);
  // True: there is a row.
  Result<bool> Step(Statement& statement, std::string_view what);
  // To the end, and resets it.
  Result<void> Run(Statement& statement, std::string_view what);
  // One or more statements without parameters or rows.
  Result<void> Execute(const std::string& sql, std::string_view what);
  // The one number that a statement returns. It may write, too.
  Result<std::int64_t> Number(std::string_view sql);
  // Rows that the last statement changed.
  std::int64_t Changes() const;

  // Runs `body` and commits, durably; undoes all of it where either fails.
  template <class Body>
  Result<void> Transaction(const Body& body) {
    PRELABEL_TRY(Execute("BEGIN IMMEDIATE", "cannot begin a transaction"));
    Result<void> result = body();
    if (result) result = Execute("COMMIT", "cannot commit");
    if (result) {
      if (log_pages_ >= checkpoint_pages_) Checkpoint();
    } else {
      Rollback();
    }
    return result;
  }

  // Calls `visit(statement)` for every row until it fails.
  template <class Visit>
  Result<void> Scan(Statement& statement, const Visit& visit) {
    while (true) {
      PRELABEL_TRY(const bool row, Step(statement, "cannot read the run's database"));
      if (!row) return Ok();
      PRELABEL_TRY(visit(statement));
    }
  }

  // Copies the write-ahead log into the database, as far as no reader needs it. What was committed
  // is durable without it: that it fails is seen in lost() and failure() alone.
  void Checkpoint();

 private:
  Error Fail(int code, std::string_view what);
  void Close();
  void Rollback();

  std::string path_;
  AllocatedFile shared_memory_;
  sqlite3* db_ = nullptr;
  int checkpoint_pages_;
  int log_pages_ = 0;
  bool lost_ = false;
  std::optional<Error> failure_;
};

}  // namespace prelabel
